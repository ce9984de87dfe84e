/** The log of what merchants' sites were told. */
import * as z from 'zod/mini'
import { CALLBACK_STATES, PROTOCOLS, WEBHOOK_EVENTS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Day, Id, Page, Time, line } from './words.ts'

const CallbackId = z.string().check(z.regex(/^msg_[A-Za-z0-9_-]{24}$/))
const CallbackParams = z.strictObject({ id: CallbackId })

export const CallbackView = z.object({
  id: CallbackId,
  merchantId: Id,
  merchantName: z.string(),
  pid: z.nullable(z.int()),
  orderId: z.nullable(Id),
  /** The merchant's own number of the order. */
  outTradeNo: z.nullable(z.string()),
  endpointId: z.nullable(Id),
  protocol: z.enum(PROTOCOLS),
  event: z.enum(WEBHOOK_EVENTS),
  url: z.string(),
  state: z.enum(CALLBACK_STATES),
  /** The first of its chain, when it was sent again by hand. */
  redeliveryOf: z.nullable(CallbackId),
  createdAt: Time,
  deliveredAt: z.nullable(Time),
  deadAt: z.nullable(Time),
  attempts: z.int(),
  /** Of the last attempt; null when there was no answer, or no attempt yet. */
  lastStatus: z.nullable(z.int()),
  lastError: z.string(),
  /** When it is tried again; null when it is not. */
  nextAt: z.nullable(Time),
})
export type CallbackView = z.output<typeof CallbackView>

export const CallbackAttempt = z.object({
  number: z.int(),
  at: Time,
  method: z.enum(['GET', 'POST']),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** Null: there was no answer, and `error` says why. */
  status: z.nullable(z.int()),
  /** Its first 4 KiB. */
  answer: z.string(),
  error: z.string(),
  tookMs: z.int(),
})
export type CallbackAttempt = z.output<typeof CallbackAttempt>

export const CallbackDetail = z.object({ callback: CallbackView, attempts: z.array(CallbackAttempt) })
export type CallbackDetail = z.output<typeof CallbackDetail>

export const CallbackFilter = z.strictObject({
  merchantId: z.optional(Id),
  endpointId: z.optional(Id),
  /** A number of the order: our own, the merchant's, or the one between us. */
  order: z.optional(line(0, 150)),
  state: z.optional(z.enum(CALLBACK_STATES)),
  event: z.optional(z.enum(WEBHOOK_EVENTS)),
  /** First and last day, in the shop's time zone. */
  from: z.optional(Day),
  to: z.optional(Day),
  page: Page,
})
export type CallbackFilter = z.output<typeof CallbackFilter>

export const listCallbacks = operation({
  id: 'listCallbacks',
  method: 'GET',
  path: '/api/admin/callbacks',
  summary: "What merchants' sites were told or are to be told, newest first.",
  audience: 'admin',
  query: CallbackFilter,
  reply: z.object({ callbacks: z.array(CallbackView), total: z.int() }),
  refusals: ['bad_input'],
})

export const showCallback = operation({
  id: 'showCallback',
  method: 'GET',
  path: '/api/admin/callbacks/:id',
  summary: 'One callback with every attempt: what was asked and what was answered.',
  audience: 'admin',
  params: CallbackParams,
  reply: CallbackDetail,
  refusals: ['not_found'],
})

export const redeliverCallback = operation({
  id: 'redeliverCallback',
  method: 'POST',
  path: '/api/admin/callbacks/:id/redeliver',
  summary: 'Sends it once more under a new id. A site that had it already may call that a failure.',
  audience: 'admin',
  params: CallbackParams,
  reply: CallbackView,
  status: 201,
  refusals: ['not_found', 'wrong_state'],
})

export const hastenCallback = operation({
  id: 'hastenCallback',
  method: 'POST',
  path: '/api/admin/callbacks/:id/hasten',
  summary: 'Makes the next attempt of one that waits now.',
  audience: 'admin',
  params: CallbackParams,
  reply: CallbackView,
  refusals: ['not_found', 'wrong_state'],
})
