/**
 * How the wallets word what arrives. Data: a new wording needs a line here, or in a seller's `rules.json`, and no code.
 * The first rule that fits decides, so what arrives comes before what went out, then what nobody knows, and last what
 * is no news: a notification of money may end in “点击查看账单”.
 */
import type { RuleBook } from './rules.ts'

const WECHAT = { app: 'com.tencent.mm', channel: 'wechat' } as const
const ALIPAY = { app: 'com.eg.android.AlipayGphone', channel: 'alipay' } as const

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

export const RULES: RuleBook = {
  version: '2026-11-23',
  merged: ['[{count}条]'],
  totals: ['*今日第{count}笔收款,共计¥{amount}*', '*今日第{count}笔收入,共计¥{amount}*'],
  rules: [
    {
      name: '微信收款',
      ...WECHAT,
      kind: 'money',
      titles: WECHAT_TITLES,
      texts: [
        '微信支付收款{amount}元*',
        '个人收款码到账¥{amount}*',
        '个人收款码到账{amount}元*',
        '二维码赞赏到账{amount}元*',
        '[店员消息]收款到账{amount}元*',
        '收款单到账{amount}元*',
      ],
    },
    { name: '微信收款卡片', ...WECHAT, kind: 'money', titles: WECHAT_TITLES, texts: ['收款金额¥{amount}*'] },
    {
      name: '微信收款商业版',
      ...WECHAT,
      kind: 'money',
      titles: ['微信收款商业版'],
      texts: ['收款{amount}元*'],
    },
    {
      name: '支付宝像有两个金额',
      ...ALIPAY,
      kind: 'doubt',
      titles: ALIPAY_TITLES,
      texts: AMOUNT_BEFORE_A_SENTENCE,
    },
    {
      name: '支付宝收款',
      ...ALIPAY,
      kind: 'money',
      titles: ALIPAY_TITLES,
      texts: [
        '支付宝成功收款{amount}元*',
        '成功收款{amount}元*',
        '你已成功收款{amount}元*',
        '收款金额¥{amount}*',
      ],
    },
    {
      name: '支付宝扫码付款',
      ...ALIPAY,
      kind: 'money',
      titles: ALIPAY_TITLES,
      texts: AFTER_A_NAME,
    },
    {
      name: '支付宝标题收款',
      ...ALIPAY,
      kind: 'money',
      titles: ['你已成功收款{amount}元', '你已成功收款{amount}元(*)'],
      texts: ['立即查看余额*', '*已转入余额*'],
    },
    {
      name: '微信转账，没有金额',
      ...WECHAT,
      kind: 'alert',
      titles: ['*'],
      texts: ['[转账]*', '*:[转账]*'],
    },
    {
      name: '支付宝转账，没有金额',
      ...ALIPAY,
      kind: 'alert',
      titles: ['*'],
      texts: ['*已成功向你转了{count}笔钱*', '*向你转账*'],
    },
    {
      name: '微信付出',
      ...WECHAT,
      kind: 'ignore',
      titles: WECHAT_TITLES,
      texts: ['*已支付*', '*付款成功*', '*支付成功*', '*支付凭证*', '*扣费*'],
    },
    {
      name: '支付宝付出',
      ...ALIPAY,
      kind: 'ignore',
      titles: ['*'],
      texts: ['*已支付*', '*付款成功*', '*支付成功*', '*扣款*', '*还款*'],
    },
    {
      name: '微信像收款',
      ...WECHAT,
      kind: 'doubt',
      titles: [...WECHAT_TITLES, '微信收款*', '微信支付*', '收款通知', '服务通知'],
      texts: ['*收款*', '*到账*', '*赞赏*', '*{amount}元*', '*¥{amount}*'],
    },
    {
      name: '支付宝像收款',
      ...ALIPAY,
      kind: 'doubt',
      titles: ['*'],
      texts: ['*收款*', '*到账*', '*向你付款*', '*转给你*'],
    },
    { name: '支付宝像收款（标题）', ...ALIPAY, kind: 'doubt', titles: ['*收款*', '*到账*'], texts: ['*'] },
    {
      name: '微信账单、退款',
      ...WECHAT,
      kind: 'ignore',
      titles: WECHAT_TITLES,
      texts: ['*退款*', '*账单*'],
    },
    { name: '支付宝账单、退款', ...ALIPAY, kind: 'ignore', titles: ['*'], texts: ['*退款*', '*账单*'] },
  ],
}
