/** A merchant's order as our own API and its webhooks tell it. */
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import { formatYuan } from './money.ts'
import type { Shop } from './shop.ts'
import type { Channel, OrderState } from './vocabulary.ts'

export type OrderStatus = 'pending' | 'paid' | 'expired' | 'closed'

export interface MerchantOrderFacts {
  readonly id: string
  readonly trade_no: string
  readonly out_trade_no: string
  readonly subject: string
  /** Yuan, two decimals: what the merchant asked for. */
  readonly amount: string
  /** Exactly what the buyer is to pay, or paid. */
  readonly amount_due: string
  readonly currency: 'CNY'
  readonly method: Channel
  readonly status: OrderStatus
  /** Paid after its end, inside the late window. */
  readonly paid_late: boolean
  /** The seller said that it was paid. */
  readonly manually_marked: boolean
  /** ISO 8601, UTC. */
  readonly created_at: string
  readonly expires_at: string
  readonly paid_at: string | null
  /** Where the buyer pays; only its path in a webhook while the shop's public address is not set. */
  readonly payment_url: string
  readonly notify_url: string | null
  readonly return_url: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly livemode: boolean
}

export function merchantOrderFacts(
  shop: Shop,
  order: OrderRow,
  asked: MerchantOrderRow,
  baseUrl = shop.settings.current.publicUrl,
): MerchantOrderFacts {
  const { metadata = {} } = asked.protocol === 'v1' ? readRequest(asked) : {}
  return {
    id: order.id,
    trade_no: asked.trade_no,
    out_trade_no: asked.out_trade_no,
    subject: order.product_name,
    amount: formatYuan(order.price_cents),
    amount_due: formatYuan(order.due_cents),
    currency: 'CNY',
    method: order.channel,
    status: STATUS[order.state],
    paid_late: order.paid_by === 'late',
    manually_marked: order.paid_by === 'marked',
    created_at: new Date(order.created_at).toISOString(),
    expires_at: new Date(order.expires_at).toISOString(),
    paid_at: order.paid_at === null ? null : new Date(order.paid_at).toISOString(),
    payment_url: `${baseUrl}/#/pay/${order.id}`,
    notify_url: asked.notify_url === '' ? null : asked.notify_url,
    return_url: asked.return_url === '' ? null : asked.return_url,
    metadata,
    livemode: asked.mode === 'live',
  }
}

/** How an order's state is told. */
export const STATUS: Readonly<Record<OrderState, OrderStatus>> = {
  pending: 'pending',
  paid: 'paid',
  paid_waiting_stock: 'paid',
  delivered: 'paid',
  expired: 'expired',
  cancelled: 'closed',
}

function readRequest(asked: MerchantOrderRow): { metadata?: Record<string, string> } {
  const { metadata } = JSON.parse(asked.request) as { metadata?: string }
  return metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, string> }
}
