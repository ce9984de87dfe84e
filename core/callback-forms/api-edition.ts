/** The Api edition's callback: a GET whose signature covers the order's number, under both names that clients know. */
import { createHash } from 'node:crypto'
import type { MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { formatYuan } from '../money.ts'
import { formEncoded, withQuery, type CallbackForm } from './form.ts'

/** `md5(md5(order_id) + key)`: it covers the number only, so a site must look at the amount itself. */
export function apiEditionPaidQuery(order: OrderRow, asked: MerchantOrderRow, key: string): string {
  const sent = JSON.parse(asked.request) as Record<string, string>
  const sign = md5(md5(asked.out_trade_no) + key)
  const values = formEncoded([
    ['order_id', asked.out_trade_no],
    ['order_price', sent.order_price ?? formatYuan(order.price_cents)],
    ['qr_price', formatYuan(order.due_cents)],
    ['sign', sign],
    ['sgin', sign],
  ])
  return `${values}&${extensionOf(sent.extension ?? '')}`
}

const ESCAPED = /^(?:[\w.~!*'()-]|%[0-9a-f]{2})*$/i

/** The old servers wrote it as it came, so sites escape it beforehand: what is escaped already is not escaped again. */
function extensionOf(text: string): string {
  return ESCAPED.test(text) ? `extension=${text}` : formEncoded([['extension', text]])
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

export const apiEditionForm: CallbackForm = {
  write({ order, asked, keys, callback }) {
    if (!order || !asked || keys[0] === undefined) throw new Error('there is no key to sign with')
    const query = apiEditionPaidQuery(order, asked, keys[0])
    return { method: 'GET', url: withQuery(callback.url, query), headers: {}, body: '' }
  },
  isSuccess: ({ status }) => status >= 200 && status <= 299,
}
