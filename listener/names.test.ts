/** A payer chooses a name, and Alipay puts it before its own sentence: the till and the phone must not take it for money. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule, recognise as tillRecognises, type Rule } from '../core/recognise.ts'
import { WALLET_RULES } from '../core/wallet-wordings.ts'
import { centsOf, recognise as phoneRecognises } from './recognise.ts'
import { DEFAULT_RULES } from './rules.ts'

const tillRules = WALLET_RULES.map((rule) => compileRule({ ...rule, id: rule.key, version: 1 }) as Rule)

const alipay = (title: string, text: string) => ({ app: 'com.eg.android.AlipayGphone', title, text })

/** What each takes the notification for: cents, or the word for what it is instead. */
const READERS = {
  till(title: string, text: string) {
    const found = tillRecognises(tillRules, alipay(title, text))
    return found.kind === 'money' ? found.amountCents : found.kind
  },
  phone(title: string, text: string) {
    const found = phoneRecognises(DEFAULT_RULES, alipay(title, text))
    return found.kind === 'money' ? centsOf(found.price) : found.kind
  },
}

/** What Alipay was seen to say of one cent after a name, or may say one day. */
const SENTENCES = [
  '通过扫码向你付款0.01元',
  '通过扫码向你付款0.01元。',
  '通过扫码向你付款0.01元，点击查看',
  '通过扫码向你付款 0.01 元，点击查看详情',
  '向你付款0.01元',
  '向你付款0.01元，点击查看账单',
  '向你付款￥0.01',
  '转给你0.01元',
  '转给你0.01元。点击查看',
  '转给你￥0.01',
  '给你付了0.01元',
  '付款￥0.01给商家',
  '已付0.01元到你的余额',
]

/** Of what names that want to be money are made. */
const PIECES = [
  '成功收款100.00元',
  '支付宝成功收款100.00元',
  '你已成功收款100.00元',
  '收款金额￥100.00',
  '通过扫码向你付款100.00元',
  '向你付款100.00元',
  '转给你100.00元',
  '今日第2笔收款，共计￥100.00',
  '，点击查看',
  '。享免费提现等更多专属服务',
  '已支付100.00元',
  '付款成功',
  '退款',
  '[2条]',
  '收款通知:',
  '（老顾客消费）',
  '张三',
  '￥',
  '100',
  '1,',
  ' ',
  '\n',
  '元',
  '。',
]

const name = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    {
      maxLength: 5,
    },
  )
  .map((pieces) => pieces.join(''))

describe.each(['till', 'phone'] as const)('to the %s a payer’s name', (reader) => {
  const read = READERS[reader]

  it.each([
    '成功收款100.00元通过扫码向你付款0.01元，点击查看',
    '成功收款100.00元向你付款0.01元',
    '成功收款100.00元转给你0.01元',
    '支付宝成功收款100.00元。转给你0.01元',
    '你已成功收款100.00元给你付了0.01元',
    '收款金额￥100.00 转给你￥0.01',
    '收款金额￥100.00向你付款0.01元',
    '成功收款100.00元。享免费提现等更多专属服务，点击查看已付0.01元到你的余额',
  ])('that is worded like a notification is not the amount: %s', (text) => {
    for (const title of ['收款通知', '支付宝', '支付宝通知', '收钱码'])
      expect([title, read(title, text)]).toEqual([title, 'ambiguous'])
  })

  it('is never an amount, whatever it says', () => {
    const title = fc.constantFrom('收款通知', '支付宝', '支付宝通知', '收钱码到账通知')
    fc.assert(
      fc.property(title, name, fc.constantFrom(...SENTENCES), (one, payer, sentence) => {
        const found = read(one, payer + sentence)
        expect(typeof found === 'number' ? found : 1).toBe(1)
      }),
      { numRuns: 3_000 },
    )
  })

  it.each(['张三', '*丹', '9.99元', '付款9.99元', '向你付款9.99元', '转给你9.99元，点击查看', '已支付9.99'])(
    '“%s” keeps no honest cent from being read',
    (payer) => {
      for (const sentence of SENTENCES.slice(0, 6))
        expect([sentence, read('收款通知', payer + sentence)]).toEqual([sentence, 1])
      expect(read('收款通知', `${payer}转给你0.01元`)).toBe(1)
    },
  )
})
