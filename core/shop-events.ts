/** What webhooks tell of the shop itself: money that no order has, and devices that fall silent or come back. */
import { hashToken } from '../com/tokens.ts'
import type { MerchantRow, PaymentRow, WebhookEndpointRow } from '../sql/schema.ts'
import { eventBody } from './callback-forms/webhook.ts'
import { insertCallback, isSubscribed } from './callbacks.ts'
import { formatYuan } from './money.ts'
import type { Shop, Tx } from './shop.ts'
import { isWithin } from './tills.ts'
import type { Channel, MatchKind, Mode, WebhookEvent } from './vocabulary.ts'

/** As our own API and its webhooks tell it. */
export interface PaymentFacts {
  readonly id: string
  /** Yuan, two decimals. */
  readonly amount: string
  readonly currency: 'CNY'
  readonly method: Channel
  /** Which order's it may be; none of them was paid by it. */
  readonly match: MatchKind
  readonly order_id: string | null
  /** ISO 8601, UTC. */
  readonly received_at: string
  readonly livemode: boolean
}

type Told = Pick<
  PaymentRow,
  'id' | 'account_id' | 'channel' | 'amount_cents' | 'match_kind' | 'order_id' | 'received_at' | 'test_at'
>

/** @returns undefined for what could not be read as money. */
export function findPaymentFacts(payment: Told): PaymentFacts | undefined {
  const { channel, amount_cents: amount } = payment
  if (channel === null || amount === null) return undefined
  return {
    id: payment.id,
    amount: formatYuan(amount),
    currency: 'CNY',
    method: channel,
    match: payment.match_kind,
    order_id: payment.order_id,
    received_at: new Date(payment.received_at).toISOString(),
    livemode: payment.test_at === null,
  }
}

/**
 * Inside the transaction of a payment that pays no order, after its row was written. Money that seems to belong to an
 * order is told to that order's merchant alone; other money to the merchants whose accounts it may have been sent to.
 * Idempotent by payment.
 *
 * @param testOrderId of a payment in test mode: the order that the call was to pay.
 */
export async function tellUnmatched(tx: Tx, paymentId: string, testOrderId?: string): Promise<void> {
  const payment = await tx.db
    .selectFrom('payments')
    .selectAll()
    .where('id', '=', paymentId)
    .executeTakeFirst()
  const data = payment && findPaymentFacts(payment)
  if (!data) return
  const { order_id: orderId } = payment
  const order = await findOwner(tx, testOrderId ?? orderId)
  const body = eventBody(tx, 'payment.unmatched', data)
  for (const one of await listSubscribed(tx, 'payment.unmatched', data.livemode ? 'live' : 'test')) {
    const concerned = order ? one.merchant.id === order.merchant_id : mayBeFor(one.merchant, payment)
    if (concerned) await enqueueEvent(tx, one, 'payment.unmatched', body, paymentId, orderId)
  }
}

async function findOwner(tx: Tx, orderId: string | null) {
  if (orderId === null) return undefined
  return tx.db.selectFrom('orders').select('merchant_id').where('id', '=', orderId).executeTakeFirst()
}

function mayBeFor(merchant: MerchantRow, { channel, account_id: accountId }: Told): boolean {
  const channels = JSON.parse(merchant.channels) as Channel[]
  const accountIds = JSON.parse(merchant.account_ids) as string[]
  return channel !== null && isWithin(channels, channel) && isWithin(accountIds, accountId ?? '')
}

/**
 * Tells every endpoint of live mode that names the event, whosever it is; in the transaction of what happened, and
 * after it wakeCallbacks. Idempotent by event and data: say there when it happened.
 */
export async function enqueueForAll(
  tx: Tx,
  event: 'device.offline' | 'device.online',
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const subject = hashToken(JSON.stringify([event, data])).slice(0, 40)
  const body = eventBody(tx, event, { ...data, livemode: true })
  const endpoints = await listSubscribed(tx, event, 'live')
  for (const one of endpoints) await enqueueEvent(tx, one, event, body, subject, null)
}

interface Subscriber {
  readonly endpoint: WebhookEndpointRow
  readonly merchant: MerchantRow
}

async function listSubscribed(tx: Shop, event: WebhookEvent, mode: Mode): Promise<Subscriber[]> {
  const endpoints = await tx.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('mode', '=', mode)
    .where('enabled_at', 'is not', null)
    .execute()
  const subscribed = endpoints.filter((endpoint) => isSubscribed(endpoint, event))
  if (subscribed.length === 0) return []
  const merchants = await tx.db
    .selectFrom('merchants')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .where(
      'id',
      'in',
      subscribed.map((one) => one.merchant_id),
    )
    .execute()
  return subscribed.flatMap((endpoint) => {
    const merchant = merchants.find(({ id }) => id === endpoint.merchant_id)
    return merchant ? [{ endpoint, merchant }] : []
  })
}

async function enqueueEvent(
  tx: Tx,
  { endpoint, merchant }: Subscriber,
  event: WebhookEvent,
  body: string,
  subject: string,
  orderId: string | null,
): Promise<void> {
  await insertCallback(tx, {
    callback_key: `${subject}:${event}:${endpoint.id}`,
    merchant_id: merchant.id,
    mode: endpoint.mode,
    order_id: orderId,
    endpoint_id: endpoint.id,
    protocol: 'v1',
    event,
    url: endpoint.url,
    body,
    redelivery_of: null,
  })
}
