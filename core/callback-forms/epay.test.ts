import { describe, expect, it } from 'vitest'
import type { CallbackRow, MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { epayForm, epayPaidQuery, epaySign } from './epay.ts'

const KEY = '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i'

describe('a signature of 易支付', () => {
  it('has the published value for a request', () => {
    const values = Object.entries({
      pid: '1001',
      type: 'alipay',
      out_trade_no: '20160806151343349',
      notify_url: 'http://www.pay.com/notify_url.php',
      return_url: 'http://www.pay.com/return_url.php?order_id=5',
      name: 'VIP会员',
      money: '1.00',
      param: '',
      sign: 'is not part of itself',
      sign_type: 'MD5',
    })
    expect(epaySign(values, KEY)).toBe('872b7cc9ef18d2fbd7c627d0b3623de2')
  })

  it('takes the bytes as they came, whatever characters they are', () => {
    const gbk = Buffer.from([0xbb, 0xe1, 0xd4, 0xb1])
    expect(epaySign([['name', gbk]], 'k')).not.toBe(epaySign([['name', gbk.toString('utf8')]], 'k'))
  })
})

describe('the callback of a paid order', () => {
  const order = { channel: 'alipay' } as OrderRow
  const asked = {
    trade_no: '2026112212000012345',
    out_trade_no: '20160806151343349',
    request: JSON.stringify({
      pid: '1001',
      type: 'alipay',
      name: 'VIP会员 +1&月',
      money: '1',
      param: 'uid=5&x=中 文',
    }),
  } as MerchantOrderRow

  it('is the published query', () => {
    expect(epayPaidQuery(order, asked, KEY)).toBe(
      'pid=1001&trade_no=2026112212000012345&out_trade_no=20160806151343349&type=alipay&name=VIP%E4%BC%9A%E5%91%98+%2B1%26%E6%9C%88&money=1&trade_status=TRADE_SUCCESS&param=uid%3D5%26x%3D%E4%B8%AD+%E6%96%87&sign=64c6756a80911867d930c1cf70e223e1&sign_type=MD5',
    )
  })

  it('never carries an empty value, and names the channel that the buyer chose where the site named none', () => {
    const bare = { ...asked, request: JSON.stringify({ pid: '1001', name: 'x', money: '1.00', param: '' }) }
    const query = new URLSearchParams(epayPaidQuery({ channel: 'wechat' } as OrderRow, bare, KEY))
    expect(query.has('param')).toBe(false)
    expect(query.get('type')).toBe('wxpay')
  })

  it('carries name and param without blanks at their ends and without backslashes', () => {
    const name = '\u3000\0a\\b \u200e\u2800'
    const request = JSON.stringify({ pid: '1', name, money: '1', param: '\u034f p\\\u200b' })
    const query = new URLSearchParams(epayPaidQuery(order, { ...asked, request }, KEY))
    expect(query.get('name')).toBe('ab')
    expect(query.get('param')).toBe('p\\')
  })

  it('carries no blank at the end of its name that stood before a backslash', () => {
    const request = JSON.stringify({ pid: '1', name: '\\ VIP \\', money: '1' })
    const query = new URLSearchParams(epayPaidQuery(order, { ...asked, request }, KEY))
    expect(query.get('name')).toBe('VIP')
  })

  it('is not sent at all where no key can sign it', () => {
    const callback = { url: 'https://shop.example.com/notify' } as CallbackRow
    const facts = { order, asked, callback, method: 'GET', now: 0 } as const
    expect(() => epayForm.write({ ...facts, keys: [] })).toThrow('no key')
    expect(epayForm.write({ ...facts, keys: [KEY] }).url).toContain('sign=64c6756a80911867d930c1cf70e223e1')
  })
})
