import { describe, expect, it } from 'vitest'
import { plain } from './patterns.ts'
import { compileRule, readByRule, recognise, recogniseAny, type Rule } from './recognise.ts'
import { WALLET_RULES, type RuleText } from './wallet-wordings.ts'

const compiled = (rules: readonly RuleText[]): Rule[] =>
  rules.map((rule, at) => compileRule({ ...rule, id: `rule-${at}`, version: 1 })!)
const RULES = compiled(WALLET_RULES)

const wechat = (title: string, text: string) => ({ app: 'com.tencent.mm', title, text })
const alipay = (title: string, text: string) => ({ app: 'com.eg.android.AlipayGphone', title, text })
const kindOf = (one: ReturnType<typeof wechat>) => recognise(RULES, one).kind

describe('money', () => {
  it.each([
    ['微信支付', '微信支付收款0.01元(朋友到店)', 1],
    ['微信收款助手', '微信支付收款0.01元(朋友到店)', 1],
    ['微信收款商业版', '微信支付收款0.01元(朋友到店)', 1],
    ['微信支付', '微信支付收款0.01元（新顾客到店）', 1],
    ['微信支付', '微信支付收款 8 元', 800],
    ['微信收款助手', '微信支付收款1,234.56元(朋友到店)', 123_456],
    ['微信支付', '微信支付收款1.5元\u200b', 150],
    ['微信支付', '[4条]微信支付: 微信支付收款1.01元(朋友到店)', 101],
    ['微信支付', '[12条]微信支付：微信支付收款1.01元（朋友到店）', 101],
    ['微信收款助手', '[2条] 微信收款助手: 微信支付收款0.02元(朋友到店)', 2],
    [
      '微信收款助手',
      '收款金额￥0.02\n付款方备注 谢谢\n汇总今日第2笔收款，共计￥0.03\n备注收款成功，已存入零钱',
      2,
    ],
    ['微信收款助手', '收款金额¥0.02 汇总今日第2笔收款,共计¥0.03', 2],
  ])('is read from WeChat’s “%s”: %s', (title, text, amountCents) => {
    expect(recognise(RULES, wechat(title, text))).toMatchObject({
      kind: 'money',
      channel: 'wechat',
      amountCents,
    })
  })

  it.each([
    ['支付宝通知', '支付宝成功收款1.00元。享免费提现等更多专属服务，点击查看', 100],
    ['店员通', '支付宝成功收款1.00元。享免费提现等更多专属服务，点击查看', 100],
    ['支付宝通知', '支付宝成功收款1元', 100],
    ['店员通', '支付宝成功收款12,000.00元。', 1_200_000],
    ['收钱码到账通知', '成功收款0.01元。享免费提现等更多专属服务，点击查看', 1],
    ['收钱码到账通知', '成功收款 0.01 元。', 1],
    ['收款通知', '张三通过扫码向你付款0.01元', 1],
    ['收钱码', '*丹通过扫码向你付款100元', 10_000],
    ['收款通知', '张三通过扫码向你付款0.01元。', 1],
    ['收款通知', '张三向你付款0.01元，点击查看账单', 1],
    ['收款通知', '张三转给你0.01元', 1],
    ['你已成功收款0.01元', '立即查看余额情况', 1],
    ['你已成功收款1,000.50元', '款项已转入余额', 100_050],
    ['你已成功收款0.50元（老顾客消费）', '立即查看余额情况', 50],
  ])('is read from Alipay’s “%s”: %s', (title, text, amountCents) => {
    expect(recognise(RULES, alipay(title, text))).toMatchObject({
      kind: 'money',
      channel: 'alipay',
      amountCents,
    })
  })

  it('is the amount of the payment, never the last number of the text', () => {
    const card = '收款金额￥0.02\n汇总今日第2笔收款，共计￥0.03'
    const total = { nth: 2, totalCents: 3 }
    expect(recognise(RULES, wechat('微信收款助手', card))).toMatchObject({ amountCents: 2, total })
    const long = '收款金额￥5.00\n汇总今日第13笔收款，共计￥1,305.50'
    expect(recognise(RULES, wechat('微信收款助手', long))).toMatchObject({
      amountCents: 500,
      total: { nth: 13, totalCents: 130_550 },
    })
  })

  it('is never a number in the name of a payer, who chooses it', () => {
    for (const name of [
      '9.99元',
      '付款9.99元',
      '通过扫码向你付款9.99元',
      '已支付9.99',
      '第2笔￥9.99',
      '共计￥9.99',
    ])
      expect([name, recognise(RULES, alipay('收款通知', `${name}通过扫码向你付款0.01元`))]).toMatchObject([
        name,
        { kind: 'money', amountCents: 1 },
      ])
  })

  it('is left to the seller when a name is worded like a notification', () => {
    for (const name of ['支付宝成功收款9.99元。', '成功收款9.99元', '你已成功收款9.99元', '收款金额￥9.99 '])
      expect([name, kindOf(alipay('收款通知', `${name}通过扫码向你付款0.01元`))]).toEqual([name, 'ambiguous'])
    expect(kindOf(alipay('支付宝通知', '支付宝成功收款100.00元。已成功向你转了1笔钱'))).toBe('ambiguous')
  })

  it('says how many messages it stands for', () => {
    expect(recognise(RULES, wechat('微信支付', '[4条]微信支付: 微信支付收款1.01元(朋友到店)'))).toMatchObject(
      {
        merged: 4,
      },
    )
    expect(recognise(RULES, wechat('微信支付', '微信支付收款1.01元(朋友到店)'))).toMatchObject({ merged: 1 })
  })
})

describe('what looks like money and cannot be read', () => {
  it.each([
    ['a wording that no rule knows', wechat('微信支付', '收款到账通知')],
    ['an amount in a wording that no rule knows', wechat('微信收款助手', '小店收款提醒：到账 3.00 元')],
    ['an amount of nothing', wechat('微信支付', '微信支付收款0.00元')],
    ['an amount that is no money', wechat('微信支付', '微信支付收款1.234元(朋友到店)')],
    ['digits of another width', wechat('微信支付', '微信支付收款１.００元(朋友到店)')],
    ['an amount with a sign', wechat('微信支付', '微信支付收款-1.00元(朋友到店)')],
    ['too much money', wechat('微信支付', '微信支付收款99999999.00元')],
    ['a new wording of Alipay', alipay('余额变动', '你有一笔新的到账，金额0.01')],
    ['a new title of Alipay', alipay('收款小助手', '恭喜')],
    ['money with a link to the bill', wechat('微信支付', '收款到账通知 收款￥1.00 点击查看账单')],
    ['money of a new wording, with such a link', alipay('收款通知', '张三向你付款￥0.01，点击查看账单')],
    ['a refund that says how much', wechat('微信支付', '退款到账¥3.00')],
  ])('%s is a doubt', (_, notification) => {
    expect(kindOf(notification)).toBe('doubt')
  })
})

describe('a transfer without an amount', () => {
  it.each([
    alipay('李四', '李四已成功向你转了1笔钱'),
    alipay('支付宝通知', '李四 已成功向你转了 2 笔钱'),
    wechat('张三', '[转账]请你确认收款'),
    wechat('张三', '[2条]张三: [转账]请你确认收款'),
  ])('%j is told, and is no payment', (notification) => {
    expect(kindOf(notification)).toBe('alert')
  })
})

describe('what is nothing', () => {
  it.each([
    ['money that went out by WeChat', wechat('微信支付', '已支付¥31.59'), 'ignore'],
    ['another wording of it', wechat('微信支付', '付款成功，金额12.00元'), 'ignore'],
    ['money that went out by Alipay', alipay('支付宝', '付款成功12.00元'), 'ignore'],
    ['a bill', wechat('微信支付', '你的十月账单已生成'), 'ignore'],
    ['a refund under way', alipay('支付宝', '退款申请已受理'), 'ignore'],
    ['a direct debit', alipay('支付宝', '你有一笔13.00元的自动扣款'), 'ignore'],
    ['a friend’s message', wechat('张三', '微信支付收款0.01元(朋友到店)'), 'nothing'],
    ['news', alipay('蚂蚁森林', '你有能量待收取'), 'nothing'],
    ['an empty group', wechat('', ''), 'nothing'],
    ['another app', { app: 'com.example', title: '微信支付', text: '微信支付收款0.01元' }, 'unknown_app'],
    ['a text message', { app: '95588', title: '', text: '您的账户收入1.00元' }, 'unknown_app'],
  ])('%s', (_, notification, kind) => {
    expect(kindOf(notification)).toBe(kind)
  })
})

describe('rules', () => {
  const base = { name: 'x', app: 'com.tencent.mm', channel: 'wechat', titles: ['*'], samples: [] } as const
  const money = (texts: string[], priority = 100): RuleText => ({ ...base, kind: 'money', texts, priority })

  it('of a higher rank overrule the others, and those of equal rank must agree', () => {
    const notification = wechat('微信支付', '到账1.00元，余额2.00元')
    const [first, second] = [money(['到账{amount}元*']), money(['*余额{amount}元'])]
    expect(recognise(compiled([first, second]), notification).kind).toBe('ambiguous')
    expect(recognise(compiled([second, { ...first, priority: 101 }]), notification)).toMatchObject({
      amountCents: 100,
    })
    expect(recognise(compiled([first, { ...second, kind: 'ignore' }]), notification).kind).toBe('ambiguous')
    expect(recognise(compiled([first, { ...second, channel: 'alipay' }]), notification).kind).toBe(
      'ambiguous',
    )
  })

  it('of the program each read their own samples, alone', () => {
    const marks = RULES.filter(({ kind }) => kind === 'merged')
    WALLET_RULES.forEach(({ key, kind, app, samples }, at) => {
      for (const { title, text, amount } of samples) {
        const fits = readByRule(RULES[at]!, plain(title), plain(text)) !== undefined
        const found = recognise([RULES[at]!, ...marks], { app, title, text })
        const cents = found.kind === 'money' && found.amountCents
        const expected = kind === 'money' ? Math.round(Number(amount) * 100) : true
        expect([key, kind === 'money' ? cents : fits]).toEqual([key, expected])
      }
    })
  })

  it('have names of their own, and each has a sample', () => {
    expect(new Set(WALLET_RULES.map(({ key }) => key)).size).toBe(WALLET_RULES.length)
    for (const { key, samples } of WALLET_RULES) expect([key, samples.length > 0]).toEqual([key, true])
  })

  it('answer at once, whatever is sent', () => {
    const from = performance.now()
    for (const text of [
      '收款'.repeat(5_000),
      '1'.repeat(9_000),
      '[1条]'.repeat(2_000),
      '收款1.00元'.repeat(1_500),
    ])
      for (const title of ['微信支付', text]) recognise(RULES, wechat(title, text))
    expect(performance.now() - from).toBeLessThan(1_500)
  })
})

describe('a text that can be divided in several ways', () => {
  const good = alipay('收款通知', '张三通过扫码向你付款0.01元')

  it('is no money, because a line of a chat message may be worded like a title', () => {
    expect(recogniseAny(RULES, [good])).toMatchObject({ kind: 'money', amountCents: 1 })
    expect(recogniseAny(RULES, [alipay('', good.text), good])).toMatchObject({ kind: 'ambiguous' })
    expect(recogniseAny(RULES, [good, alipay('李四', '晚上吃什么')])).toMatchObject({ kind: 'ambiguous' })
    const other = alipay('支付宝通知', '支付宝成功收款9.99元。')
    expect(recogniseAny(RULES, [good, other]).kind).toBe('ambiguous')
  })

  it('is the gravest of what it may be', () => {
    const doubt = alipay('余额变动', '你有一笔新的到账，金额0.01')
    const out = alipay('支付宝', '付款成功12.00元')
    expect(recogniseAny(RULES, [out, doubt]).kind).toBe('doubt')
    expect(recogniseAny(RULES, [{ ...out, app: 'com.example' }]).kind).toBe('unknown_app')
  })
})
