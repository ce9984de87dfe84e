/** The Api edition's callback: a GET whose signature covers the order's number, under both names that clients know. */
import { createHash } from 'node:crypto'
import type { MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { formatYuan } from '../money.ts'
import { formEncoded, withQuery, type CallbackForm } from './form.ts'

/** `md5(md5(order_id) + key)`: it covers the number only, so a site must look at the amount itself. */
export function apiEditionPaidQuery(order: OrderRow, asked: MerchantOrderRow, key: string): string {
  const sent = JSON.parse(asked.request) as Record<string, string>
  const sign = md5(md5(asked.out_trade_no) + key)
  return formEncoded([
    ['order_id', asked.out_trade_no],
    ['order_price', sent.order_price ?? formatYuan(order.price_cents)],
    ['qr_price', formatYuan(order.due_cents)],
    ['extension', sent.extension ?? ''],
    ['sign', sign],
    ['sgin', sign],
  ])
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

export const apiEditionForm: CallbackForm = {
  write({ order, asked, keys, callback }) {
    const query = order && asked && keys[0] !== undefined ? apiEditionPaidQuery(order, asked, keys[0]) : ''
    return { method: 'GET', url: withQuery(callback.url, query), headers: {}, body: '' }
  },
  isSuccess: ({ status }) => status >= 200 && status <= 299,
}
