/** What a webhook carries, by its event. */
import * as z from 'zod/mini'
import type { WebhookEvent } from '../../core/vocabulary.ts'
import { Moment, V1DeviceChange, V1Order, V1Payment, V1Ping } from './v1-words.ts'

function eventOf<Type extends WebhookEvent, Data extends z.ZodMiniType>(type: Type, data: Data) {
  return z.object({ type: z.literal(type), timestamp: Moment, data })
}

export const V1_EVENTS = {
  'order.created': eventOf('order.created', V1Order),
  'order.paid': eventOf('order.paid', V1Order),
  'order.paid_late': eventOf('order.paid_late', V1Order),
  'order.expired': eventOf('order.expired', V1Order),
  'order.closed': eventOf('order.closed', V1Order),
  'payment.unmatched': eventOf('payment.unmatched', V1Payment),
  'device.offline': eventOf('device.offline', V1DeviceChange),
  'device.online': eventOf('device.online', V1DeviceChange),
  'test.ping': eventOf('test.ping', V1Ping),
} as const satisfies Record<WebhookEvent, z.ZodMiniType>
