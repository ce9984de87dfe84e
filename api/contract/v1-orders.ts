/** Our own API: taking a payment, following it, ending it, and trying all of it in test mode. */
import * as z from 'zod/mini'
import { MATCH_KINDS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import {
  Cursor,
  Limit,
  Metadata,
  OrderStatus,
  OutTradeNo,
  V1Merchant,
  V1Order,
  WebUrl,
  YuanText,
  pageOf,
} from './v1-words.ts'
import { Channel, IdParams, line } from './words.ts'

export const V1NewOrder = z.strictObject({
  out_trade_no: OutTradeNo,
  amount: YuanText,
  currency: z.optional(z.literal('CNY')),
  method: z.optional(Channel),
  subject: line(1, 120),
  notify_url: z.optional(WebUrl),
  return_url: z.optional(WebUrl),
  metadata: z.optional(Metadata),
  expires_in: z.optional(z.int().check(z.minimum(60), z.maximum(86_400))),
})
export type V1NewOrder = z.output<typeof V1NewOrder>

export const v1Me = operation({
  id: 'v1Me',
  method: 'GET',
  path: '/api/v1/me',
  summary: 'Tells which merchant, mode and scopes the key has.',
  audience: 'merchant',
  reply: V1Merchant,
  refusals: [],
})

export const v1CreateOrder = operation({
  id: 'v1CreateOrder',
  method: 'POST',
  path: '/api/v1/orders',
  summary: 'Creates an order and reserves an amount for it, or gives the same order back.',
  audience: 'merchant',
  scope: 'orders:write',
  body: V1NewOrder,
  reply: V1Order,
  status: 201,
  refusals: [
    'bad_amount',
    'bad_url',
    'order_changed',
    'order_paid',
    'wrong_state',
    'channel_unavailable',
    'no_code_for_price',
    'no_free_amount',
    'too_many_requests',
  ],
})

export const v1ListOrders = operation({
  id: 'v1ListOrders',
  method: 'GET',
  path: '/api/v1/orders',
  summary: 'Lists orders, the newest first.',
  audience: 'merchant',
  scope: 'orders:read',
  query: z.strictObject({
    out_trade_no: z.optional(OutTradeNo),
    status: z.optional(OrderStatus),
    method: z.optional(Channel),
    limit: Limit,
    cursor: Cursor,
  }),
  reply: pageOf(V1Order),
  refusals: [],
})

export const v1GetOrder = operation({
  id: 'v1GetOrder',
  method: 'GET',
  path: '/api/v1/orders/:id',
  summary: 'Returns one order.',
  audience: 'merchant',
  scope: 'orders:read',
  params: IdParams,
  reply: V1Order,
  refusals: ['order_not_found'],
})

export const v1CloseOrder = operation({
  id: 'v1CloseOrder',
  method: 'POST',
  path: '/api/v1/orders/:id/close',
  summary: 'Ends an order that is still open; one that is closed already is returned as it is.',
  audience: 'merchant',
  scope: 'orders:write',
  params: IdParams,
  reply: V1Order,
  refusals: ['order_not_found', 'wrong_state'],
})

export const V1TestPayment = z.object({ match: z.enum(MATCH_KINDS), order: V1Order })

export const v1PayTestOrder = operation({
  id: 'v1PayTestOrder',
  method: 'POST',
  path: '/api/v1/test/orders/:id/pay',
  summary: 'Pays a test order as if money had arrived.',
  audience: 'merchant',
  scope: 'orders:write',
  testOnly: true,
  params: IdParams,
  body: z.optional(z.strictObject({ amount: z.optional(YuanText) })),
  reply: V1TestPayment,
  refusals: ['order_not_found', 'bad_amount'],
})

export const v1ExpireTestOrder = operation({
  id: 'v1ExpireTestOrder',
  method: 'POST',
  path: '/api/v1/test/orders/:id/expire',
  summary: 'Ends the time of a test order now.',
  audience: 'merchant',
  scope: 'orders:write',
  testOnly: true,
  params: IdParams,
  reply: V1Order,
  refusals: ['order_not_found', 'wrong_state'],
})
