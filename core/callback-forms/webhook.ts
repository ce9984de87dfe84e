/** Webhooks of our own API, signed as Standard Webhooks 1.0.0 says. */
import { createHmac } from 'node:crypto'
import type { MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { merchantOrderFacts } from '../merchant-order-facts.ts'
import type { Shop } from '../shop.ts'
import type { WebhookEvent } from '../vocabulary.ts'
import type { CallbackForm } from './form.ts'

/** @returns the JSON that is sent on every attempt, as it was when it happened. */
export function eventBody(shop: Shop, event: WebhookEvent, data: unknown): string {
  return JSON.stringify({ type: event, timestamp: new Date(shop.now()).toISOString(), data })
}

export function orderEventBody(
  shop: Shop,
  event: WebhookEvent,
  order: OrderRow,
  asked: MerchantOrderRow,
): string {
  return eventBody(shop, event, merchantOrderFacts(shop, order, asked))
}

/**
 * @param secret `whsec_` and base64.
 * @param seconds Unix seconds of this attempt.
 */
export function webhookSignature(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return `v1,${mac}`
}

export const webhookForm: CallbackForm = {
  write({ callback, keys, now }) {
    const seconds = Math.floor(now / 1000)
    const signatures = keys.map((key) => webhookSignature(key, callback.id, seconds, callback.body))
    return {
      method: 'POST',
      url: callback.url,
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': callback.id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatures.join(' '),
      },
      body: callback.body,
    }
  },
  isSuccess: ({ status }) => status >= 200 && status <= 299,
}
