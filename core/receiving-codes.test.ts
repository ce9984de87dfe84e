import { describe, expect, it } from 'vitest'
import { amountFromFileName, readReceivingCode } from './receiving-codes.ts'

const TOKEN = 'fkx10000examplecode0001'

describe('a WeChat receiving code', () => {
  it.each([
    ['42 characters', `wxp://f2f0${'a'.repeat(32)}`],
    ['53 characters', `wxp://f2f1${'Bc-_'.repeat(10)}xyz`],
    ['74 characters', `wxp://f2f0${'9'.repeat(64)}`],
    ['a length not seen before', `wxp://f2f0${'Q'.repeat(30)}`],
    ['the shortest accepted', `wxp://f2f${'z'.repeat(11)}`],
  ])('is accepted as it is with %s', (_case, text) => {
    expect(readReceivingCode(text)).toEqual({ ok: true, channel: 'wechat', payload: text, key: text })
  })

  it('keeps the letter case of its token and loses only that of its scheme in the key', () => {
    const text = `WXP://f2f0${'aB'.repeat(16)}`
    expect(readReceivingCode(`  ${text}\n`)).toEqual({
      ok: true,
      channel: 'wechat',
      payload: text,
      key: `wxp://f2f0${'aB'.repeat(16)}`,
    })
  })

  it.each([
    ['shorter than 20 characters', 'wxp://f2f0abcdefghi'],
    ['letters outside the alphabet', `wxp://f2f0${'a'.repeat(31)}!`],
    ['another prefix', `wxp://abc0${'a'.repeat(32)}`],
    ['more than 512 characters', `wxp://f2f0${'a'.repeat(503)}`],
  ])('is refused with %s', (_case, text) => {
    expect(readReceivingCode(text)).toEqual({ ok: false, reason: 'unknown_code' })
  })
})

describe('an Alipay receiving code', () => {
  it.each([
    ['fkx', `https://qr.alipay.com/${TOKEN}`],
    ['capitals', `HTTPS://QR.ALIPAY.COM/${TOKEN.toUpperCase()}`],
    ['?t=', `https://qr.alipay.com/${TOKEN}?t=1700000000000`],
    ['?_s=', `https://qr.alipay.com/${TOKEN}?_s=web-other`],
    ['http', `http://qr.alipay.com/${TOKEN}`],
  ])('has one key however it is written: %s', (_case, text) => {
    const key = `https://qr.alipay.com/${TOKEN}`
    expect(readReceivingCode(text)).toEqual({ ok: true, channel: 'alipay', payload: text, key })
  })

  it('may begin with tsx', () => {
    const text = 'https://qr.alipay.com/tsx10000examplecode0002'
    expect(readReceivingCode(text)).toEqual({ ok: true, channel: 'alipay', payload: text, key: text })
  })

  it.each([
    ['another host that begins alike', `https://qr.alipay.com.example.com/${TOKEN}`],
    ['a host that only contains it', `https://example.com/https://qr.alipay.com/${TOKEN}`],
    ['another kind of code', 'https://qr.alipay.com/c1x01234567890123456789'],
    ['no token', 'https://qr.alipay.com/fkx'],
    ['a space in the middle', `https://qr.alipay.com/${TOKEN} and more`],
  ])('is not %s', (_case, text) => {
    expect(readReceivingCode(text)).toEqual({ ok: false, reason: 'unknown_code' })
  })
})

it.each([
  ['134567890123456789', 'wechat_payment_code'],
  ['101234567890123456', 'wechat_payment_code'],
  ['286543210987654321', 'alipay_payment_code'],
  ['weixin://wxpay/bizpayurl?pr=AbCdEf1', 'wechat_merchant_code'],
  ['https://payapp.weixin.qq.com/qr/AQFabc', 'wechat_merchant_code'],
  ['https://qr.alipay.com/bax10000examplecode0003', 'alipay_merchant_code'],
  ['https://qr.alipay.com/00c10000examplecode4', 'alipay_merchant_code'],
  ['HTTPS://QR.ALIPAY.COM/A6X10000EXAMPLECODE05', 'group_or_profile_code'],
  ['https://u.wechat.com/MPabcdefghijkl', 'group_or_profile_code'],
  ['https://weixin.qq.com/g/AQYAAabcdef', 'group_or_profile_code'],
  ['161234567890123456', 'unknown_code'],
  ['1345678901234567890', 'unknown_code'],
  ['https://example.com/', 'unknown_code'],
  ['', 'unknown_code'],
])('%s is refused as %s', (text, reason) => {
  expect(readReceivingCode(text)).toEqual({ ok: false, reason })
})

describe('the name of a picture', () => {
  it.each([
    ['1.00.png', 100],
    ['1.00', 100],
    ['0.99元.jpg', 99],
    ['微信-1.00.png', 100],
    ['wx_0.98 (1).png', 98],
    ['wx0.98（2）.PNG', 98],
    ['alipay 12.5.jpeg', 1250],
    ['¥9.9.png', 990],
    ['￥１２．５０.png', 1250],
    ['¥ 30.png', 3000],
    ['30元.png', 3000],
    ['会员 30 元 - 副本.png', 3000],
    ['5.png', 500],
    ['5 (1).png', 500],
    ['20261122_9.90元.png', 990],
    ['9.90元 ¥9.9.png', 990],
    ['99999.99.png', 9_999_999],
  ])('%s states %i cents', (name, amount) => {
    expect(amountFromFileName(name)).toBe(amount)
  })

  it.each([
    'IMG_20261122_101500.jpg',
    'mmexport1700000000000.jpg',
    '截图2.png',
    '微信图片_20261122101500.png',
    'Screenshot 2026-11-22 at 10.15.30.png',
    'Screenshot 2026-11-22 10.15.png',
    '2026.11.22.png',
    '20261122.png',
    '001.png',
    '0.00.png',
    '0元.png',
    '9.999.png',
    '1,234.50.png',
    '¥1,234.50.png',
    'code@1.5x.png',
    'code-2.png',
    '1.00-2.00.png',
    '10元券9.9元.png',
    'qrcode.png',
    '.png',
    '',
  ])('%s states no amount', (name) => {
    expect(amountFromFileName(name)).toBeUndefined()
  })
})
