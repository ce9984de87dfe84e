/** What our own API for merchants' sites says and is told. Names are in snake_case, amounts are texts in yuan. */
import * as z from 'zod/mini'
import { CALLBACK_STATES, CHANNELS, MATCH_KINDS, SCOPES, WEBHOOK_EVENTS } from '../../core/vocabulary.ts'
import { Channel, Id, line } from './words.ts'

/** As findYuan of core/money.ts reads it. */
export const YuanText = z.string().check(z.regex(/^(0|[1-9]\d{0,6})(\.\d{1,2})?$/))

/** ISO 8601, UTC. */
export const Moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))

/** Letters, digits and a few marks, so that no site has to escape it. */
export const OutTradeNo = z.string().check(z.regex(/^[A-Za-z0-9._|-]{1,64}$/))

export const WebUrl = z.string().check(z.maxLength(1024), z.regex(/^https?:\/\/[^\s\u0000-\u001f\u007f]+$/i))

export const ORDER_STATUSES = ['pending', 'paid', 'expired', 'closed'] as const
export const OrderStatus = z.enum(ORDER_STATUSES)

export const Metadata = z
  .record(line(1, 40), line(0, 250))
  .check(z.refine((pairs) => Object.keys(pairs).length <= 20, { error: 'at most 20 pairs' }))

export const V1Order = z.object({
  id: Id,
  trade_no: z.string(),
  out_trade_no: z.string(),
  subject: z.string(),
  amount: YuanText,
  amount_due: YuanText,
  currency: z.literal('CNY'),
  method: Channel,
  status: OrderStatus,
  paid_late: z.boolean(),
  manually_marked: z.boolean(),
  created_at: Moment,
  expires_at: Moment,
  paid_at: z.nullable(Moment),
  payment_url: z.string(),
  notify_url: z.nullable(z.string()),
  return_url: z.nullable(z.string()),
  metadata: z.record(z.string(), z.string()),
  livemode: z.boolean(),
})
export type V1Order = z.output<typeof V1Order>

export const V1Payment = z.object({
  id: Id,
  amount: YuanText,
  currency: z.literal('CNY'),
  method: Channel,
  match: z.enum(MATCH_KINDS),
  order_id: z.nullable(Id),
  received_at: Moment,
  livemode: z.boolean(),
})

export const V1Device = z.object({ id: Id, name: z.string() })

export const V1DeviceChange = z.object({ device: V1Device, since: Moment, livemode: z.literal(true) })

export const V1Ping = z.object({ livemode: z.boolean() })

export const V1Key = z.object({
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expires_at: z.nullable(Moment),
})

export const V1Merchant = z.object({
  pid: z.int(),
  name: z.string(),
  livemode: z.boolean(),
  methods: z.array(z.enum(CHANNELS)),
  key: V1Key,
})

/** A ping comes to whatever endpoint it was asked for. */
export const SUBSCRIBABLE = WEBHOOK_EVENTS.filter((event) => event !== 'test.ping')
export const EventList = z.array(z.enum(SUBSCRIBABLE)).check(z.maxLength(SUBSCRIBABLE.length))

export const V1Endpoint = z.object({
  id: Id,
  url: z.string(),
  events: EventList,
  enabled: z.boolean(),
  previous_secret_until: z.nullable(Moment),
  created_at: Moment,
  livemode: z.boolean(),
})

export const V1NewEndpoint = z.extend(V1Endpoint, { secret: z.string() })

export const V1NotifySecret = z.object({
  secret: z.string(),
  previous_secret_until: z.nullable(Moment),
  livemode: z.boolean(),
})

export const V1AttemptRequest = z.object({
  method: z.enum(['GET', 'POST']),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
})

export const V1AttemptResponse = z.object({ status: z.int(), body: z.string() })

export const V1Attempt = z.object({
  number: z.int(),
  at: Moment,
  request: V1AttemptRequest,
  response: z.nullable(V1AttemptResponse),
  error: z.nullable(z.string()),
  duration_ms: z.int(),
})

export const MessageId = z.string().check(z.regex(/^msg_[A-Za-z0-9_-]{24}$/))

export const V1Delivery = z.object({
  id: MessageId,
  event: z.enum(WEBHOOK_EVENTS),
  status: z.enum(CALLBACK_STATES),
  url: z.string(),
  endpoint_id: z.nullable(Id),
  order_id: z.nullable(Id),
  redelivery_of: z.nullable(MessageId),
  attempt_count: z.int(),
  last_response_status: z.nullable(z.int()),
  next_attempt_at: z.nullable(Moment),
  created_at: Moment,
  delivered_at: z.nullable(Moment),
  livemode: z.boolean(),
})

export const V1DeliveryDetail = z.extend(V1Delivery, { body: z.string(), attempts: z.array(V1Attempt) })

/** One form for every list: the newest first, and the way to the next page. */
export function pageOf<Item extends z.ZodMiniType>(item: Item) {
  return z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.nullable(z.string()) })
}

export const Cursor = z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,120}$/)))
export const Limit = z.optional(z.string().check(z.regex(/^([1-9]\d?|100)$/)))
export const DEFAULT_LIMIT = 20
