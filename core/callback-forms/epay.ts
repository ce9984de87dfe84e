/**
 * 易支付 V1: the values without a signature, sorted by name and joined as they are, then the key, then md5.
 * Empty values and `sign`, `sign_type` take no part. Source: the published SDK of the protocol and its clients.
 */
import { createHash } from 'node:crypto'
import type { MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { formEncoded, withQuery, type CallbackForm } from './form.ts'
import { saysSuccess } from './success.ts'

const UNSIGNED = new Set(['sign', 'sign_type'])

/** @param values decoded, as characters or as the bytes in which they came. */
export function epaySign(values: Iterable<readonly [string, string | Buffer]>, key: string): string {
  const signed = [...values]
    .filter(([name, value]) => !UNSIGNED.has(name) && value.length > 0)
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const hash = createHash('md5')
  for (const [at, [name, value]] of signed.entries()) {
    hash.update(`${at > 0 ? '&' : ''}${name}=`)
    hash.update(value)
  }
  return hash.update(key).digest('hex')
}

/** Of an order that is paid: for the callback, and for the way back to the shop. Never with an empty value. */
export function epayPaidQuery(order: OrderRow, asked: MerchantOrderRow, key: string): string {
  const sent = JSON.parse(asked.request) as Record<string, string>
  const values = new Map(
    Object.entries({
      pid: sent.pid ?? '',
      trade_no: asked.trade_no,
      out_trade_no: asked.out_trade_no,
      type: sent.type || (order.channel === 'wechat' ? 'wxpay' : 'alipay'),
      name: trimmed((sent.name ?? '').replaceAll('\\', '')),
      money: sent.money ?? '',
      trade_status: 'TRADE_SUCCESS',
      param: trimmed(sent.param ?? ''),
    }).filter(([, value]) => value !== ''),
  )
  const sign = epaySign(values, key)
  return formEncoded([...values, ['sign', sign], ['sign_type', 'MD5']])
}

/**
 * What frameworks take off either end before they check the signature: blanks, also those of Unicode, and what cannot
 * be seen. Source: TrimStrings of Laravel.
 */
const ENDS = /^[\s\0\u0085\p{DI}\u2800\u{1d159}]+|[\s\0\u0085\p{DI}\u2800\u{1d159}]+$/gu

function trimmed(text: string): string {
  return text.replace(ENDS, '')
}

export const epayForm: CallbackForm = {
  write({ order, asked, keys, method, callback }) {
    if (!order || !asked || keys[0] === undefined) throw new Error('there is no key to sign with')
    const query = epayPaidQuery(order, asked, keys[0])
    if (method === 'GET') return { method, url: withQuery(callback.url, query), headers: {}, body: '' }
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return { method, url: callback.url, headers, body: query }
  },
  isSuccess: saysSuccess,
}
