/** One true-to-life request and answer for each operation of our own API, and one body for each event. */
import type * as z from 'zod/mini'
import { webhookSignature } from '../../core/callback-forms/webhook.ts'
import type { WebhookEvent } from '../../core/vocabulary.ts'
import type { Operation } from '../contract/operation.ts'
import type { V1_EVENTS } from '../contract/v1-events.ts'
import * as orders from '../contract/v1-orders.ts'
import * as webhooks from '../contract/v1-webhooks.ts'
import type { V1Order } from '../contract/v1-words.ts'

export interface Example {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
  readonly reply: unknown
}

type Schema = z.ZodMiniType

function example<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  { id }: Operation<P, Q, B, R>,
  one: {
    readonly params?: z.input<P>
    readonly query?: z.input<Q>
    readonly body?: z.input<B>
    readonly reply: z.input<R>
  },
): readonly [string, Example] {
  return [id, one]
}

const ORDER_ID = 'V1StGXR8_Z5jdHi6B-myT'
const ENDPOINT_ID = 'Uakgb_J5m9g-0JDMbcJqL'
const MESSAGE_ID = 'msg_2x9KbT4vQn7Lw1ZcR8dYfHjM'
const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD3Wg2tT9wYdE='

const ORDER: V1Order = {
  id: ORDER_ID,
  trade_no: '2026112220000012345',
  out_trade_no: 'A20261122-0001',
  subject: '月卡 30 天',
  amount: '12.50',
  amount_due: '12.49',
  currency: 'CNY',
  method: 'alipay',
  status: 'pending',
  paid_late: false,
  manually_marked: false,
  created_at: '2026-11-22T12:00:00.000Z',
  expires_at: '2026-11-22T12:05:00.000Z',
  paid_at: null,
  payment_url: `https://pay.example.com/#/pay/${ORDER_ID}`,
  notify_url: null,
  return_url: 'https://shop.example.com/orders/A20261122-0001',
  metadata: { user_id: '42' },
  livemode: false,
}
const PAID: V1Order = { ...ORDER, status: 'paid', paid_at: '2026-11-22T12:01:07.000Z' }

const ENDPOINT = {
  id: ENDPOINT_ID,
  url: 'https://shop.example.com/webhooks/qrtill',
  events: ['order.paid', 'order.paid_late'] as ('order.paid' | 'order.paid_late')[],
  enabled: true,
  previous_secret_until: null,
  created_at: '2026-11-22T11:00:00.000Z',
  livemode: false,
}
const ROTATED = { ...ENDPOINT, previous_secret_until: '2026-11-23T12:00:00.000Z' }

const PING = JSON.stringify({
  type: 'test.ping',
  timestamp: '2026-11-22T11:00:05.000Z',
  data: { livemode: false },
})
const PAID_BODY = JSON.stringify({ type: 'order.paid', timestamp: PAID.paid_at, data: PAID })

const DELIVERY = {
  id: MESSAGE_ID,
  event: 'order.paid' as const,
  status: 'delivered' as const,
  url: ENDPOINT.url,
  endpoint_id: ENDPOINT_ID,
  order_id: ORDER_ID,
  redelivery_of: null,
  attempt_count: 1,
  last_response_status: 204,
  next_attempt_at: null,
  created_at: '2026-11-22T12:01:07.000Z',
  delivered_at: '2026-11-22T12:01:07.000Z',
  livemode: false,
}

function attemptOf(body: string, seconds: number) {
  return {
    number: 1,
    at: new Date(seconds * 1000).toISOString(),
    request: {
      method: 'POST' as const,
      url: ENDPOINT.url,
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': MESSAGE_ID,
        'webhook-timestamp': String(seconds),
        'webhook-signature': webhookSignature(SECRET, MESSAGE_ID, seconds, body),
      },
      body,
    },
    response: { status: 204, body: '' },
    error: null,
    duration_ms: 84,
  }
}

const byId = { params: { id: ORDER_ID } }
const byEndpoint = { params: { id: ENDPOINT_ID } }
const byMessage = { params: { id: MESSAGE_ID } }

export const EXAMPLES: Readonly<Record<string, Example>> = Object.fromEntries([
  example(orders.v1Me, {
    reply: {
      pid: 1001,
      name: '示例网店',
      livemode: false,
      methods: ['wechat', 'alipay'],
      key: {
        name: '开发',
        hint: 'x7Qk',
        scopes: ['orders:read', 'orders:write', 'webhooks'],
        expires_at: null,
      },
    },
  }),
  example(orders.v1CreateOrder, {
    body: {
      out_trade_no: ORDER.out_trade_no,
      amount: '12.50',
      subject: ORDER.subject,
      method: 'alipay',
      return_url: 'https://shop.example.com/orders/A20261122-0001',
      metadata: { user_id: '42' },
    },
    reply: ORDER,
  }),
  example(orders.v1ListOrders, {
    query: { status: 'paid', limit: '20' },
    reply: { data: [PAID], has_more: false, next_cursor: null },
  }),
  example(orders.v1GetOrder, { ...byId, reply: PAID }),
  example(orders.v1CloseOrder, { ...byId, reply: { ...ORDER, status: 'closed' } }),
  example(orders.v1PayTestOrder, {
    ...byId,
    body: {},
    reply: { match: 'matched', order: PAID },
  }),
  example(orders.v1ExpireTestOrder, { ...byId, reply: { ...ORDER, status: 'expired' } }),
  example(webhooks.v1ListEndpoints, { reply: { data: [ENDPOINT], has_more: false, next_cursor: null } }),
  example(webhooks.v1CreateEndpoint, {
    body: { url: ENDPOINT.url, events: ENDPOINT.events },
    reply: { ...ENDPOINT, secret: SECRET },
  }),
  example(webhooks.v1GetEndpoint, { ...byEndpoint, reply: ENDPOINT }),
  example(webhooks.v1ChangeEndpoint, {
    ...byEndpoint,
    body: { enabled: false },
    reply: { ...ENDPOINT, enabled: false },
  }),
  example(webhooks.v1DeleteEndpoint, { ...byEndpoint, reply: { id: ENDPOINT_ID, deleted: true } }),
  example(webhooks.v1RotateEndpointSecret, { ...byEndpoint, reply: { ...ROTATED, secret: SECRET } }),
  example(webhooks.v1PingEndpoint, {
    ...byEndpoint,
    reply: {
      ...DELIVERY,
      event: 'test.ping',
      order_id: null,
      created_at: '2026-11-22T11:00:05.000Z',
      delivered_at: '2026-11-22T11:00:05.000Z',
      body: PING,
      attempts: [attemptOf(PING, 1795345205)],
    },
  }),
  example(webhooks.v1RenewNotifySecret, {
    reply: { secret: SECRET, previous_secret_until: null, livemode: false },
  }),
  example(webhooks.v1ListDeliveries, {
    query: { status: 'delivered' },
    reply: { data: [DELIVERY], has_more: false, next_cursor: null },
  }),
  example(webhooks.v1GetDelivery, {
    ...byMessage,
    reply: { ...DELIVERY, body: PAID_BODY, attempts: [attemptOf(PAID_BODY, 1795348867)] },
  }),
  example(webhooks.v1Redeliver, {
    ...byMessage,
    reply: {
      ...DELIVERY,
      id: 'msg_7dQw3ErT5yUiOp1aSdFgHjKl',
      status: 'waiting',
      redelivery_of: MESSAGE_ID,
      attempt_count: 0,
      last_response_status: null,
      next_attempt_at: '2026-11-22T13:00:00.000Z',
      created_at: '2026-11-22T13:00:00.000Z',
      delivered_at: null,
    },
  }),
])

type EventExamples = { readonly [Event in WebhookEvent]: z.input<(typeof V1_EVENTS)[Event]>['data'] }

const LIVE: V1Order = { ...ORDER, livemode: true }
const DEVICE = { device: { id: 'b6GtQm1YkJ2sXw8NfPz4r', name: '旧手机' }, livemode: true as const }

export const EVENT_EXAMPLES: EventExamples = {
  'order.created': LIVE,
  'order.paid': { ...PAID, livemode: true },
  'order.paid_late': { ...PAID, paid_at: '2026-11-22T12:06:10.000Z', paid_late: true, livemode: true },
  'order.expired': { ...LIVE, status: 'expired' },
  'order.closed': { ...LIVE, status: 'closed' },
  'payment.unmatched': {
    id: 'q3ZrT8vKx1LmN5pWc7YdB',
    amount: '12.50',
    currency: 'CNY',
    method: 'alipay',
    match: 'unmatched',
    order_id: null,
    received_at: '2026-11-22T12:03:20.000Z',
    livemode: true,
  },
  'device.offline': { ...DEVICE, since: '2026-11-22T12:10:00.000Z' },
  'device.online': { ...DEVICE, since: '2026-11-22T12:14:30.000Z' },
  'test.ping': { livemode: false },
}
