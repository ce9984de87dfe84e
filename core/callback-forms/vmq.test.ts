import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CallbackRow, MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { vmqForm, vmqPaidQuery } from './vmq.ts'

const KEY = 'a7cc8678193ee9c70ae3d75fd04ae6a9'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

const order = { channel: 'alipay', price_cents: 330, due_cents: 329 } as OrderRow
const asked = {
  out_trade_no: '20261122000001',
  request: JSON.stringify({ type: '2', param: 'ORDER9' }),
} as MerchantOrderRow

describe('a callback of V免签', () => {
  it('is the published query, price first and what was paid after it', () => {
    expect(vmqPaidQuery(order, asked, KEY)).toBe(
      'payId=20261122000001&param=ORDER9&type=2&price=3.30&reallyPrice=3.29&sign=160452730c0b91631151534ad417a0bc',
    )
  })

  it('carries a value of any characters so that the site reads what is signed', () => {
    const param = 'uid=5&x=中 文+%20"'
    const request = JSON.stringify({ type: '2', param })
    const got = new URLSearchParams(vmqPaidQuery(order, { ...asked, request }, KEY))
    expect(got.get('param')).toBe(param)
    expect(got.get('sign')).toBe(md5(`20261122000001${param}23.303.29${KEY}`))
  })

  it('carries an empty param too: sites read it and sign it as nothing', () => {
    const request = JSON.stringify({ type: '2', param: '' })
    const got = new URLSearchParams(vmqPaidQuery(order, { ...asked, request }, KEY))
    expect(got.get('param')).toBe('')
    expect(got.get('sign')).toBe(md5(`2026112200000123.303.29${KEY}`))
  })

  it('is a GET behind whatever the address has already', () => {
    const url = 'https://shop.example.com/notify?from=till'
    const callback = { url } as CallbackRow
    const written = vmqForm.write({ callback, order, asked, keys: [KEY], method: 'POST', now: 0 })
    expect(written).toMatchObject({ method: 'GET', body: '' })
    expect(written.url).toMatch(/^https:\/\/shop\.example\.com\/notify\?from=till&payId=20261122000001&/)
  })

  it('is not sent unsigned when no key is left', () => {
    const callback = { url: 'https://shop.example.com/' } as CallbackRow
    expect(() => vmqForm.write({ callback, order, asked, keys: [], method: 'GET', now: 0 })).toThrow('no key')
  })

  it.each([
    [200, 'success', true],
    [200, '\ufeffsuccess\n', true],
    [200, 'SUCCESS', false],
    [200, 'fail', false],
    [200, 'success!', false],
    [200, '<html>success</html>', false],
    [500, 'success', false],
    [302, 'success', false],
    [200, '', false],
  ])('answered %i %j arrived: %s', (status, body, arrived) => {
    expect(vmqForm.isSuccess({ status, body })).toBe(arrived)
  })
})
