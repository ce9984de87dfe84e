/** V免签: a GET with payId, param, type, price, reallyPrice and the md5 of their values and the key. */
import { createHash } from 'node:crypto'
import type { MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { formatYuan } from '../money.ts'
import { formEncoded, withQuery, type CallbackForm } from './form.ts'

/** `price` is the amount of the order, `reallyPrice` what was paid. For the callback and for the way back. */
export function vmqPaidQuery(order: OrderRow, asked: MerchantOrderRow, key: string): string {
  const sent = JSON.parse(asked.request) as Record<string, string>
  const values = {
    payId: asked.out_trade_no,
    param: sent.param ?? '',
    type: sent.type ?? (order.channel === 'wechat' ? '1' : '2'),
    price: formatYuan(order.price_cents),
    reallyPrice: formatYuan(order.due_cents),
  }
  const sign = createHash('md5')
    .update(Object.values(values).join('') + key)
    .digest('hex')
  return formEncoded([...Object.entries(values), ['sign', sign]])
}

export const vmqForm: CallbackForm = {
  write({ order, asked, keys, callback }) {
    if (!order || !asked || keys[0] === undefined) throw new Error('there is no key to sign with')
    const query = vmqPaidQuery(order, asked, keys[0])
    return { method: 'GET', url: withQuery(callback.url, query), headers: {}, body: '' }
  },
  isSuccess: ({ status, body }) =>
    status >= 200 && status <= 299 && body.replace(/^\ufeff/, '').trim() === 'success',
}
