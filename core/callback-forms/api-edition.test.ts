import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CallbackRow, MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { apiEditionForm, apiEditionPaidQuery } from './api-edition.ts'

const KEY = 'a key of sixteen or more'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

const order = { price_cents: 100, due_cents: 97 } as OrderRow
const askedWith = (extension: string) =>
  ({
    out_trade_no: 'A1001',
    request: JSON.stringify({ order_price: '1.00', extension }),
  }) as MerchantOrderRow

const read = (extension: string, key = KEY) =>
  new URLSearchParams(apiEditionPaidQuery(order, askedWith(extension), key))

describe('a callback of the Api edition', () => {
  it('is signed by the published rule, under both names that sites know', () => {
    const got = read('', '123456')
    expect([got.get('sign'), got.get('sgin')]).toEqual([
      'b18d49b5315a69944ccfdeddebdb73b7',
      'b18d49b5315a69944ccfdeddebdb73b7',
    ])
    expect(read('').get('sign')).toBe(md5(md5('A1001') + KEY))
  })

  it('says the number, the price as the site wrote it, what was paid, and the extension', () => {
    const { sign: _, sgin: __, ...rest } = Object.fromEntries(read('uid-5'))
    expect(rest).toEqual({ order_id: 'A1001', order_price: '1.00', qr_price: '0.97', extension: 'uid-5' })
  })

  it.each(['', 'a b&c=d', '中 文', '{"uid":5}', 'aGk=', '100%', '1+1', '💥\u0000'])(
    'gives the extension %j back as it came',
    (extension) => {
      expect(read(extension).get('extension')).toBe(extension)
    },
  )

  it('does not escape again what a site has escaped, as the old servers did not', () => {
    const query = apiEditionPaidQuery(order, askedWith('%E4%B8%AD%20x'), KEY)
    expect(query).toContain('&extension=%E4%B8%AD%20x')
    expect(read('%E4%B8%AD%20x').get('extension')).toBe('中 x')
  })

  it('is a GET, and not sent unsigned when no key is left', () => {
    const callback = { url: 'https://shop.example.com/paid' } as CallbackRow
    const facts = { callback, order, asked: askedWith(''), keys: [KEY], method: 'POST', now: 0 } as const
    expect(apiEditionForm.write(facts)).toMatchObject({ method: 'GET', body: '' })
    expect(() => apiEditionForm.write({ ...facts, keys: [] })).toThrow('no key')
  })

  it.each([
    [200, true],
    [204, true],
    [301, false],
    [404, false],
    [500, false],
  ])('answered with status %i arrived: %s', (status, arrived) => {
    expect(apiEditionForm.isSuccess({ status, body: 'whatever it says' })).toBe(arrived)
  })
})
