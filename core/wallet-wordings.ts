/**
 * How the wallets word what arrives: the rules that a shop begins with. Data: a new wording needs a line here, or one
 * that a seller adds, and no code. The samples are what the wallets were seen to say.
 */
import { WALLET_APPS, type Channel, type RuleKind } from './vocabulary.ts'

export interface RuleSample {
  readonly title: string
  readonly text: string
  /** What a rule of money reads, as `0.01`; null where the text need only fit. */
  readonly amount: string | null
}

export interface RuleText {
  readonly name: string
  /** The app's package. */
  readonly app: string
  readonly channel: Channel
  readonly kind: RuleKind
  /** Any one of them fits the title, and any one of the others the text. @see patterns.ts */
  readonly titles: readonly string[]
  readonly texts: readonly string[]
  /** The highest that fits decides; those of equal rank must agree. */
  readonly priority: number
  readonly samples: readonly RuleSample[]
}

export type DefaultRule = RuleText & { readonly key: string }

const WECHAT = { app: WALLET_APPS.wechat, channel: 'wechat' } as const
const ALIPAY = { app: WALLET_APPS.alipay, channel: 'alipay' } as const

/**
 * What arrives comes before what went out, because a payer may call himself “已支付”; then what nobody knows, and last
 * what is no news, because a notification of money may end in “点击查看账单”.
 */
const ARRIVES = 100
const WENT_OUT = 50
const UNKNOWN = 10
const NO_NEWS = 5

const WECHAT_TITLES = ['微信支付', '微信收款助手', '微信收款商业版', 'WeChat Pay', 'Weixin Cashier Assistant']
const ALIPAY_TITLES = [
  '支付宝',
  '支付宝通知',
  '店员通',
  '收款通知',
  '收钱码',
  '收钱码到账通知',
  '支付宝商家服务',
]

/** What stands after a payer's name, to its end: whatever the name says, it is not the amount. */
const AFTER_A_NAME = ['向你付款', '转给你'].flatMap((word) =>
  ['', '。', ',点击查看', ',点击查看账单', ',点击查看详情'].map((end) => `*${word}{amount}元${end}`),
)

/**
 * A payer may call himself “成功收款100.00元”, and then comes Alipay's own sentence, in whatever words. Beside the
 * reading of what seems to have been received it makes two of one text, so that nobody takes the first.
 */
const AMOUNT_BEFORE_A_SENTENCE = ['*成功收款{amount}元', '收款金额¥{amount}'].flatMap((begin) =>
  ['*{amount}元*', '*向你*', '*转给你*', '*付款¥*'].map((sentence) => begin + sentence),
)

const sample = (title: string, text: string, amount: string | null = null): RuleSample => ({
  title,
  text,
  amount,
})

export const WALLET_RULES: readonly DefaultRule[] = [
  {
    ...{ key: 'wechat-received', name: '微信收款', ...WECHAT, kind: 'money', priority: ARRIVES },
    titles: WECHAT_TITLES,
    texts: [
      '微信支付收款{amount}元*',
      '个人收款码到账¥{amount}*',
      '个人收款码到账{amount}元*',
      '二维码赞赏到账{amount}元*',
      '[店员消息]收款到账{amount}元*',
      '收款单到账{amount}元*',
    ],
    samples: [
      sample('微信支付', '微信支付收款0.01元(朋友到店)', '0.01'),
      sample('微信收款助手', '[4条]微信收款助手: 微信支付收款1.01元(朋友到店)', '1.01'),
    ],
  },
  {
    ...{ key: 'wechat-card', name: '微信收款卡片', ...WECHAT, kind: 'money', priority: ARRIVES },
    titles: WECHAT_TITLES,
    texts: ['收款金额¥{amount}*'],
    samples: [sample('微信收款助手', '收款金额￥0.02\n汇总今日第2笔收款，共计￥0.03', '0.02')],
  },
  {
    ...{ key: 'wechat-business', name: '微信收款商业版', ...WECHAT, kind: 'money', priority: ARRIVES },
    titles: ['微信收款商业版'],
    texts: ['收款{amount}元*'],
    samples: [sample('微信收款商业版', '收款0.50元', '0.50')],
  },
  {
    ...{ key: 'wechat-transfer', name: '微信转账，没有金额', ...WECHAT, kind: 'alert', priority: ARRIVES },
    titles: ['*'],
    texts: ['[转账]*', '*:[转账]*'],
    samples: [sample('张三', '[转账]请你确认收款')],
  },
  {
    ...{ key: 'wechat-paid-out', name: '微信付出', ...WECHAT, kind: 'ignore', priority: WENT_OUT },
    titles: WECHAT_TITLES,
    texts: ['*已支付*', '*付款成功*', '*支付成功*', '*支付凭证*', '*扣费*'],
    samples: [sample('微信支付', '已支付¥31.59'), sample('微信支付', '微信支付凭证')],
  },
  {
    ...{ key: 'wechat-no-news', name: '微信账单、退款', ...WECHAT, kind: 'ignore', priority: NO_NEWS },
    titles: WECHAT_TITLES,
    texts: ['*退款*', '*账单*'],
    samples: [sample('微信支付', '你的十月账单已生成')],
  },
  {
    ...{ key: 'wechat-unknown', name: '微信像收款', ...WECHAT, kind: 'doubt', priority: UNKNOWN },
    titles: [...WECHAT_TITLES, '微信收款*', '微信支付*', '收款通知', '服务通知'],
    texts: ['*收款*', '*到账*', '*赞赏*', '*{amount}元*', '*¥{amount}*'],
    samples: [sample('微信收款助手', '小店收款提醒：到账 3.00 元')],
  },
  {
    ...{ key: 'alipay-received', name: '支付宝收款', ...ALIPAY, kind: 'money', priority: ARRIVES },
    titles: ALIPAY_TITLES,
    texts: [
      '支付宝成功收款{amount}元*',
      '成功收款{amount}元*',
      '你已成功收款{amount}元*',
      '收款金额¥{amount}*',
    ],
    samples: [
      sample('支付宝通知', '支付宝成功收款1.00元。享免费提现等更多专属服务，点击查看', '1.00'),
      sample('收钱码到账通知', '成功收款0.01元。享免费提现等更多专属服务，点击查看', '0.01'),
    ],
  },
  {
    ...{ key: 'alipay-scanned', name: '支付宝扫码付款', ...ALIPAY, kind: 'money', priority: ARRIVES },
    titles: ALIPAY_TITLES,
    texts: AFTER_A_NAME,
    samples: [
      sample('收款通知', '张三通过扫码向你付款0.01元', '0.01'),
      sample('收款通知', '张三向你付款0.01元，点击查看账单', '0.01'),
    ],
  },
  {
    ...{ key: 'alipay-name-first', name: '支付宝像有两个金额', ...ALIPAY, kind: 'doubt', priority: ARRIVES },
    titles: ALIPAY_TITLES,
    texts: AMOUNT_BEFORE_A_SENTENCE,
    samples: [sample('收款通知', '成功收款100.00元转给你0.01元')],
  },
  {
    ...{ key: 'alipay-title', name: '支付宝标题收款', ...ALIPAY, kind: 'money', priority: ARRIVES },
    titles: ['你已成功收款{amount}元', '你已成功收款{amount}元(*)'],
    texts: ['立即查看余额*', '*已转入余额*'],
    samples: [
      sample('你已成功收款0.01元', '立即查看余额情况', '0.01'),
      sample('你已成功收款1.50元', '款项已转入余额', '1.50'),
    ],
  },
  {
    ...{ key: 'alipay-transfer', name: '支付宝转账，没有金额', ...ALIPAY, kind: 'alert', priority: ARRIVES },
    titles: ['*'],
    texts: ['*已成功向你转了{count}笔钱*', '*向你转账*'],
    samples: [sample('李四', '李四已成功向你转了1笔钱')],
  },
  {
    ...{ key: 'alipay-paid-out', name: '支付宝付出', ...ALIPAY, kind: 'ignore', priority: WENT_OUT },
    titles: ['*'],
    texts: ['*已支付*', '*付款成功*', '*支付成功*', '*扣款*', '*还款*'],
    samples: [sample('支付宝', '付款成功12.00元')],
  },
  {
    ...{ key: 'alipay-no-news', name: '支付宝账单、退款', ...ALIPAY, kind: 'ignore', priority: NO_NEWS },
    titles: ['*'],
    texts: ['*退款*', '*账单*'],
    samples: [sample('支付宝', '你的十月账单已生成')],
  },
  {
    ...{ key: 'alipay-unknown', name: '支付宝像收款', ...ALIPAY, kind: 'doubt', priority: UNKNOWN },
    titles: ['*'],
    texts: ['*收款*', '*到账*', '*向你付款*', '*转给你*'],
    samples: [sample('余额变动', '你有一笔新的到账，金额0.01')],
  },
  {
    ...{
      key: 'alipay-unknown-title',
      name: '支付宝像收款（标题）',
      ...ALIPAY,
      kind: 'doubt',
      priority: UNKNOWN,
    },
    titles: ['*收款*', '*到账*'],
    texts: ['*'],
    samples: [sample('收款小助手', '恭喜')],
  },
  {
    ...{ key: 'wechat-merged', name: '微信合并的通知', ...WECHAT, kind: 'merged', priority: ARRIVES },
    titles: ['*'],
    texts: ['[{count}条]*'],
    samples: [sample('微信支付', '[4条]微信支付: 微信支付收款1.01元(朋友到店)')],
  },
  {
    ...{ key: 'wechat-total', name: '微信今日合计', ...WECHAT, kind: 'total', priority: ARRIVES },
    titles: WECHAT_TITLES,
    texts: ['*今日第{count}笔收款,共计¥{amount}*', '*今日第{count}笔收入,共计¥{amount}*'],
    samples: [sample('微信收款助手', '收款金额￥0.02\n汇总今日第2笔收款，共计￥0.03')],
  },
  {
    ...{ key: 'alipay-total', name: '支付宝今日合计', ...ALIPAY, kind: 'total', priority: ARRIVES },
    titles: ALIPAY_TITLES,
    texts: ['*今日第{count}笔收款,共计¥{amount}*', '*今日第{count}笔收入,共计¥{amount}*'],
    samples: [sample('店员通', '收款金额￥1.00 今日第3笔收款，共计￥9.00')],
  },
]
