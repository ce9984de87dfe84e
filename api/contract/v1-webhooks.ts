/** Our own API: where a site is told what happens, what it was sent, and sending it once more. */
import * as z from 'zod/mini'
import { CALLBACK_STATES, WEBHOOK_EVENTS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import {
  Cursor,
  EventList,
  Limit,
  MessageId,
  V1Delivery,
  V1DeliveryDetail,
  V1Endpoint,
  V1NewEndpoint,
  V1NotifySecret,
  WebUrl,
  pageOf,
} from './v1-words.ts'
import { Id, IdParams } from './words.ts'

const COMMON = { audience: 'merchant', scope: 'webhooks' } as const

export const v1ListEndpoints = operation({
  ...COMMON,
  id: 'v1ListEndpoints',
  method: 'GET',
  path: '/api/v1/webhook_endpoints',
  summary: 'Lists the webhook endpoints of the key’s mode; there are never so many that they need pages.',
  reply: pageOf(V1Endpoint),
  refusals: [],
})

export const v1CreateEndpoint = operation({
  ...COMMON,
  id: 'v1CreateEndpoint',
  method: 'POST',
  path: '/api/v1/webhook_endpoints',
  summary: 'Adds an endpoint. Its secret is shown this once.',
  body: z.strictObject({
    url: WebUrl,
    events: z.optional(EventList),
    enabled: z.optional(z.boolean()),
  }),
  reply: V1NewEndpoint,
  status: 201,
  refusals: ['bad_url', 'too_many_endpoints'],
})

export const v1GetEndpoint = operation({
  ...COMMON,
  id: 'v1GetEndpoint',
  method: 'GET',
  path: '/api/v1/webhook_endpoints/:id',
  summary: 'Returns one endpoint, without its secret.',
  params: IdParams,
  reply: V1Endpoint,
  refusals: ['not_found'],
})

export const v1ChangeEndpoint = operation({
  ...COMMON,
  id: 'v1ChangeEndpoint',
  method: 'PATCH',
  path: '/api/v1/webhook_endpoints/:id',
  summary: 'Changes what is given; the rest stays.',
  params: IdParams,
  body: z.strictObject({
    url: z.optional(WebUrl),
    events: z.optional(EventList),
    enabled: z.optional(z.boolean()),
  }),
  reply: V1Endpoint,
  refusals: ['not_found', 'bad_url'],
})

export const V1Deleted = z.object({ id: Id, deleted: z.literal(true) })

export const v1DeleteEndpoint = operation({
  ...COMMON,
  id: 'v1DeleteEndpoint',
  method: 'DELETE',
  path: '/api/v1/webhook_endpoints/:id',
  summary: 'Removes an endpoint; what is on its way to it is given up.',
  params: IdParams,
  reply: V1Deleted,
  refusals: ['not_found'],
})

export const v1RotateEndpointSecret = operation({
  ...COMMON,
  id: 'v1RotateEndpointSecret',
  method: 'POST',
  path: '/api/v1/webhook_endpoints/:id/rotate_secret',
  summary: 'Gives the endpoint a new secret, shown this once. The one before signs beside it for 24 hours.',
  params: IdParams,
  reply: V1NewEndpoint,
  refusals: ['not_found'],
})

export const v1PingEndpoint = operation({
  ...COMMON,
  id: 'v1PingEndpoint',
  method: 'POST',
  path: '/api/v1/webhook_endpoints/:id/ping',
  summary: 'Sends `test.ping` to the endpoint now, also when it is switched off, and tells what it answered.',
  params: IdParams,
  reply: V1DeliveryDetail,
  status: 201,
  refusals: ['not_found', 'too_many_requests'],
})

export const v1RenewNotifySecret = operation({
  ...COMMON,
  id: 'v1RenewNotifySecret',
  method: 'POST',
  path: '/api/v1/notify_secret/rotate',
  summary:
    'Makes the secret that signs calls to an order’s own `notify_url`, shown this once. The one before signs beside it for 24 hours.',
  reply: V1NotifySecret,
  status: 201,
  refusals: [],
})

export const v1ListDeliveries = operation({
  ...COMMON,
  id: 'v1ListDeliveries',
  method: 'GET',
  path: '/api/v1/webhook_deliveries',
  summary: 'Lists what was sent or is to be sent, the newest first.',
  query: z.strictObject({
    order_id: z.optional(Id),
    endpoint_id: z.optional(Id),
    event: z.optional(z.enum(WEBHOOK_EVENTS)),
    status: z.optional(z.enum(CALLBACK_STATES)),
    limit: Limit,
    cursor: Cursor,
  }),
  reply: pageOf(V1Delivery),
  refusals: [],
})

const MessageParams = z.strictObject({ id: MessageId })

export const v1GetDelivery = operation({
  ...COMMON,
  id: 'v1GetDelivery',
  method: 'GET',
  path: '/api/v1/webhook_deliveries/:id',
  summary:
    'Returns one delivery with its body and every attempt: what was asked, what was answered, how long it took.',
  params: MessageParams,
  reply: V1DeliveryDetail,
  refusals: ['not_found'],
})

export const v1Redeliver = operation({
  ...COMMON,
  id: 'v1Redeliver',
  method: 'POST',
  path: '/api/v1/webhook_deliveries/:id/redeliver',
  summary: 'Sends the same body again, as a delivery of its own with a new id.',
  params: MessageParams,
  reply: V1Delivery,
  status: 201,
  refusals: ['not_found', 'wrong_state', 'too_many_requests'],
})
