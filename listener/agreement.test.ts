/** The phone and the till read notifications by rules of their own, and must not read them differently. */
import { expect, it } from 'vitest'
import { compileRule, recognise as tillRecognises, type Rule } from '../core/recognise.ts'
import { WALLET_RULES } from '../core/wallet-wordings.ts'
import { centsOf, mergedCount, recognise as phoneRecognises, type Notification } from './recognise.ts'
import { DEFAULT_RULES } from './rules.ts'

const tillRules = WALLET_RULES.map((rule) => compileRule({ ...rule, id: rule.key, version: 1 }) as Rule)

const WECHAT = 'com.tencent.mm'
const ALIPAY = 'com.eg.android.AlipayGphone'

/** What neither was made for. */
const ODD = [
  [WECHAT, '微信支付', ''],
  [WECHAT, '微信支付', '[12条]微信支付: 二维码赞赏到账1,000.00元'],
  [WECHAT, '张三', '[转账]请你确认收款'],
  [WECHAT, '微信支付', '微信支付收款0.00元'],
  [WECHAT, '微信收款助手', '收款金额￥0.02 汇总今日第2笔收款，共计￥0.03 备注 收款金额￥9.99'],
  [WECHAT, '服务通知', '微信收款助手: 微信支付收款30.00元'],
  [WECHAT, '微信支付', '退款到账¥3.00'],
  [ALIPAY, '收款通知', '成功收款9.99元通过扫码向你付款0.01元'],
  [ALIPAY, '收款通知', '已支付9.99元通过扫码向你付款0.01元。'],
  [ALIPAY, '你已成功收款0.01元（新顾客）', '立即查看余额情况'],
  [ALIPAY, '支付宝', '花呗账单已出，请及时还款100.00元'],
  [ALIPAY, '收款通知', '成功收款100.00元通过扫码向你付款0.01元，点击查看'],
  [ALIPAY, '收款通知', '成功收款100.00元转给你0.01元'],
  [ALIPAY, '支付宝通知', '支付宝成功收款100.00元。已成功向你转了1笔钱'],
  [ALIPAY, '支付宝', '转给你0.50元，点击查看'],
  [ALIPAY, '收款通知', '张三给你付了0.01元，收款后点击查看账单'],
  [WECHAT, '微信支付', '收款到账通知 收款￥1.00 点击查看账单'],
  [WECHAT, '微信支付', '十月账单'],
  [ALIPAY, '支付宝', '退款申请已受理'],
  [ALIPAY, '蚂蚁森林', '有好友的能量待收取'],
] as const

const NOTIFICATIONS: Notification[] = [
  ...WALLET_RULES.flatMap(({ app, samples }) => samples.map(({ title, text }) => ({ app, title, text }))),
  ...ODD.map(([app, title, text]) => ({ app, title, text })),
]

it.each(NOTIFICATIONS)('phone and till agree on $app “$title”: $text', (notification) => {
  const till = tillRecognises(tillRules, notification)
  const phone = phoneRecognises(DEFAULT_RULES, notification)
  if (till.kind === 'money') {
    expect(phone).toMatchObject({ kind: 'money', channel: till.channel })
    expect(phone.kind === 'money' && centsOf(phone.price)).toBe(till.amountCents)
    expect(mergedCount(DEFAULT_RULES, notification)).toBe(till.merged)
    expect(phone.kind === 'money' && phone.total?.count).toBe(till.total?.nth)
    return
  }
  expect(phone.kind).toBe(till.kind === 'ignore' ? 'nothing' : till.kind)
})
