/**
 * What merchants' sites are to be told: one row per order, event and receiver, written in the transaction in which it
 * happened, and a job that sends it. How it is written on the wire is the protocol's: core/callback-forms.
 */
import { nanoid } from 'nanoid'
import { isDuplicate } from '../com/db/index.ts'
import type { CallbackRow, MerchantOrderRow, OrderRow, WebhookEndpointRow } from '../sql/schema.ts'
import { orderEventBody } from './callback-forms/webhook.ts'
import { enqueue } from './jobs.ts'
import type { Shop } from './shop.ts'
import type { Protocol, WebhookEvent } from './vocabulary.ts'

/** The older protocols have one message, and any rightly signed one means paid. */
const PAID_EVENTS: ReadonlySet<WebhookEvent> = new Set(['order.paid', 'order.paid_late'])

/**
 * Inside the transaction of what happened, after the order was written. Idempotent by order, event and receiver; an
 * order that was opened again expires again, so that event by its end as well.
 */
export async function enqueueCallbacks(
  tx: Shop,
  { id, merchant_id: merchantId }: Pick<OrderRow, 'id' | 'merchant_id'>,
  event: WebhookEvent,
): Promise<void> {
  if (merchantId === null) return
  const asked = await tx.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('order_id', '=', id)
    .executeTakeFirst()
  if (!asked) return
  const endpoints = await listEndpoints(tx, asked, event)
  const notified = asked.notify_url !== '' && (asked.protocol === 'v1' || PAID_EVENTS.has(event))
  if (!notified && endpoints.length === 0) return
  const order = await tx.db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const body = orderEventBody(tx, event, order, asked)
  const name = event === 'order.expired' ? `${event}@${order.expires_at}` : event
  const said = { asked, event, body, key: `${id}:${name}` }
  if (notified) await enqueueOne(tx, { ...said, url: asked.notify_url, protocol: asked.protocol })
  for (const { id: endpointId, url } of endpoints) {
    await enqueueOne(tx, { ...said, url, protocol: 'v1', endpointId })
  }
}

/** After commit: somebody sends what is due, on one process or another. */
export function wakeCallbacks(shop: Shop): void {
  shop.store.publish('jobs', '')
}

async function listEndpoints(
  tx: Shop,
  asked: Pick<MerchantOrderRow, 'merchant_id' | 'mode'>,
  event: WebhookEvent,
): Promise<WebhookEndpointRow[]> {
  const rows = await tx.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('merchant_id', '=', asked.merchant_id)
    .where('mode', '=', asked.mode)
    .where('enabled_at', 'is not', null)
    .execute()
  return rows.filter((row) => isSubscribed(row, event))
}

/** Whether the site was told of an order and has not taken it in yet, neither the first time nor when told again. */
export async function isUntold(shop: Shop, orderId: string): Promise<boolean> {
  const tried = await shop.db
    .selectFrom('callbacks')
    .leftJoin('callback_attempts', 'callback_attempts.callback_id', 'callbacks.id')
    .select('callbacks.delivered_at')
    .distinct()
    .where('callbacks.order_id', '=', orderId)
    .where('callbacks.endpoint_id', 'is', null)
    .where((where) =>
      // What is over was tried, though nobody may remember how.
      where.or([
        where('callbacks.delivered_at', 'is not', null),
        where('callbacks.dead_at', 'is not', null),
        where('callback_attempts.id', 'is not', null),
      ]),
    )
    .execute()
  return tried.length > 0 && tried.every(({ delivered_at: at }) => at === null)
}

/**
 * An endpoint that names no events is told of its merchant's orders. Money that no order has, and the seller's devices,
 * are told to whoever names them.
 */
export function isSubscribed({ events }: Pick<WebhookEndpointRow, 'events'>, event: WebhookEvent): boolean {
  const named = JSON.parse(events) as WebhookEvent[]
  return named.includes(event) || (named.length === 0 && event.startsWith('order.'))
}

interface Call {
  readonly asked: Pick<MerchantOrderRow, 'merchant_id' | 'order_id' | 'mode'>
  readonly event: WebhookEvent
  /** Equal for all that are told of it, and for nothing else that happens. */
  readonly key: string
  readonly url: string
  readonly protocol: Protocol
  readonly body: string
  readonly endpointId?: string
}

async function enqueueOne(tx: Shop, call: Call): Promise<void> {
  await insertCallback(tx, {
    callback_key: `${call.key}:${call.endpointId ?? 'notify'}`,
    merchant_id: call.asked.merchant_id,
    mode: call.asked.mode,
    order_id: call.asked.order_id,
    endpoint_id: call.endpointId ?? null,
    protocol: call.protocol,
    event: call.event,
    url: call.url,
    body: call.protocol === 'v1' ? call.body : '',
    redelivery_of: null,
  })
}

export type NewCallback = Omit<CallbackRow, 'id' | 'host' | 'created_at' | 'delivered_at' | 'dead_at'>

/** The row and its job, in one transaction. @returns its id, or undefined when it was asked for before. */
export async function insertCallback(tx: Shop, callback: NewCallback): Promise<string | undefined> {
  const row = callbackRow(tx, callback)
  try {
    await tx.db.insertInto('callbacks').values(row).execute()
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
  await enqueue(tx, {
    kind: 'callback',
    key: `callback:${row.id}`,
    payload: { callbackId: row.id },
    queue: row.host,
    ...(row.order_id !== null && { orderId: row.order_id }),
  })
  return row.id
}

export function callbackRow(shop: Shop, callback: NewCallback): CallbackRow {
  const id = `msg_${nanoid(24)}`
  const never = { delivered_at: null, dead_at: null }
  return { ...callback, ...never, id, host: hostOf(callback.url), created_at: shop.now() }
}

/** Addresses are checked before an order is taken; one that cannot be read is found out by the attempt. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.slice(0, 260) : ''
}
