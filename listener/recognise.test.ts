import { describe, expect, it } from 'vitest'
import { RULES } from './default-rules.ts'
import { mergedCount, recognise, type Notification } from './recognise.ts'
import { compileRules, DEFAULT_RULES } from './rules.ts'

const wechat = (title: string, text: string): Notification => ({ app: 'com.tencent.mm', title, text })
const alipay = (title: string, text: string): Notification => ({
  app: 'com.eg.android.AlipayGphone',
  title,
  text,
})

describe('money', () => {
  it.each([
    ['微信支付', '微信支付收款0.01元(朋友到店)', '0.01'],
    ['微信支付', '微信支付收款0.01元（新顾客到店）', '0.01'],
    ['微信收款助手', '微信支付收款8元(朋友到店)', '8'],
    ['微信收款助手', '微信支付收款1,234.56元', '1234.56'],
    ['微信收款商业版', '收款0.50元', '0.50'],
    ['微信支付', '个人收款码到账¥0.01', '0.01'],
    ['微信支付', '个人收款码到账￥5.00', '5.00'],
    ['微信支付', '二维码赞赏到账0.03元', '0.03'],
    ['微信收款助手', '[店员消息]收款到账12.30元', '12.30'],
    ['微信支付', '[4条]微信支付: 微信支付收款1.01元(朋友到店)', '1.01'],
    ['微信支付', '[3条]微信支付：个人收款码到账￥5.00', '5.00'],
    ['微信支付', '收款金额￥0.02\n汇总今日第2笔收款，共计￥0.03\n备注收款成功，已存入零钱', '0.02'],
  ])('is seen in WeChat’s “%s”: %s', (title, text, price) => {
    expect(recognise(DEFAULT_RULES, wechat(title, text))).toMatchObject({
      kind: 'money',
      channel: 'wechat',
      price,
    })
  })

  it.each([
    ['支付宝通知', '支付宝成功收款1.00元。享免费提现等更多专属服务，点击查看', '1.00'],
    ['店员通', '支付宝成功收款0.01元。收钱码收钱', '0.01'],
    ['收钱码到账通知', '成功收款0.01元。享免费提现等更多专属服务，点击查看', '0.01'],
    ['收钱码到账通知', '成功收款12,000.00元。', '12000.00'],
    ['收款通知', '张三通过扫码向你付款0.01元', '0.01'],
    ['收钱码', '*丹通过扫码向你付款100元', '100'],
    ['你已成功收款0.01元', '立即查看余额情况', '0.01'],
    ['你已成功收款1.50元', '款项已转入余额', '1.50'],
    ['支付宝', '你已成功收款0.50元（老顾客消费）', '0.50'],
  ])('is seen in Alipay’s “%s”: %s', (title, text, price) => {
    expect(recognise(DEFAULT_RULES, alipay(title, text))).toMatchObject({
      kind: 'money',
      channel: 'alipay',
      price,
    })
  })

  it('is never read out of a payer’s name', () => {
    for (const name of ['9.99元', '付款9.99元', '通过扫码向你付款9.99元', '已支付9.99', '付款成功9.99元'])
      expect(
        recognise(DEFAULT_RULES, alipay('收款通知', `${name}通过扫码向你付款0.01元`)),
        name,
      ).toMatchObject({
        kind: 'money',
        price: '0.01',
      })
  })

  it('is left to the seller when a payer’s name is worded like a notification', () => {
    for (const name of ['成功收款9.99元', '支付宝成功收款9.99元。', '你已成功收款9.99元'])
      expect(
        recognise(DEFAULT_RULES, alipay('收款通知', `${name}通过扫码向你付款0.01元`)),
        name,
      ).toMatchObject({
        kind: 'ambiguous',
      })
  })

  it('is not the total of the day, nor how many there were', () => {
    const text = '收款金额￥0.02 汇总今日第2笔收款，共计￥0.03'
    expect(recognise(DEFAULT_RULES, wechat('微信支付', text))).toMatchObject({
      price: '0.02',
      total: { count: 2, cents: 3 },
    })
  })

  it('is not taken from a title and a text that disagree', () => {
    const rules = compileRules({
      ...RULES,
      rules: [
        {
          name: 'both',
          app: 'com.tencent.mm',
          channel: 'wechat',
          kind: 'money',
          titles: ['收到{amount}元'],
          texts: ['*{amount}元*'],
        },
      ],
    })
    expect(recognise(rules, wechat('收到1.00元', '收到2.00元'))).toMatchObject({
      kind: 'ambiguous',
    })
    expect(recognise(rules, wechat('收到1.00元', '收到1.00元'))).toMatchObject({
      kind: 'money',
      price: '1.00',
    })
  })
})

describe('what a person must look at', () => {
  it.each([
    ['a transfer without an amount', alipay('李四', '李四已成功向你转了1笔钱'), 'alert'],
    ['a transfer by WeChat', wechat('张三', '[转账]请你确认收款'), 'alert'],
    ['a transfer among merged messages', wechat('张三', '[2条]张三: [转账]请你确认收款'), 'alert'],
    ['a wording that no rule knows', wechat('微信支付', '收款到账通知'), 'doubt'],
    [
      'an amount in a wording that no rule knows',
      wechat('微信收款助手', '小店收款提醒：到账 3.00 元'),
      'doubt',
    ],
    ['an amount that is none', wechat('微信支付', '微信支付收款0.00元'), 'doubt'],
    ['a new wording of Alipay', alipay('余额变动', '你有一笔新的到账，金额0.01'), 'doubt'],
    ['a new title of Alipay', alipay('收款小助手', '恭喜'), 'doubt'],
    ['money with a link to the bill', wechat('微信支付', '收款到账通知 收款￥1.00 点击查看账单'), 'doubt'],
    ['a refund that says how much', wechat('微信支付', '退款到账¥3.00'), 'doubt'],
    ['two amounts', alipay('收款通知', '成功收款100.00元转给你0.01元'), 'ambiguous'],
  ])('%s', (_, notification, kind) => {
    expect(recognise(DEFAULT_RULES, notification).kind).toBe(kind)
  })
})

describe('what is nothing', () => {
  it.each([
    ['money that went out by WeChat', wechat('微信支付', '已支付¥31.59')],
    ['money that went out by Alipay', alipay('支付宝', '付款成功12.00元')],
    ['a bill of WeChat', wechat('微信支付', '你的十月账单已生成')],
    ['a refund', alipay('支付宝', '退款申请已受理')],
    ['a bill', alipay('支付宝', '花呗账单已出，请及时还款100.00元')],
    ['a direct debit', alipay('支付宝', '你在滴滴出行有一笔13.00元的免密/自动扣款支付')],
    ['a friend’s message', wechat('张三', '微信支付收款0.01元(朋友到店)')],
    ['another app', { app: 'com.example', title: '微信支付', text: '微信支付收款0.01元(朋友到店)' }],
    ['news', alipay('蚂蚁森林', '你有能量待收取')],
    ['an empty group of notifications', wechat('', '')],
  ])('%s', (_, notification) => {
    expect(recognise(DEFAULT_RULES, notification)).toEqual({ kind: 'nothing' })
  })
})

it('knows how many messages a notification stands for', () => {
  expect(mergedCount(DEFAULT_RULES, wechat('微信支付', '[4条]微信支付: 微信支付收款1.01元(朋友到店)'))).toBe(
    4,
  )
  expect(mergedCount(DEFAULT_RULES, wechat('微信支付', '微信支付收款1.01元(朋友到店)'))).toBe(1)
})
