/** Endpoints and deliveries as our own API tells them. */
import type * as z from 'zod/mini'
import { callbackState } from '../../core/callback-log.ts'
import type { WebhookEvent } from '../../core/vocabulary.ts'
import type { Delivery } from '../../core/webhook-deliveries.ts'
import type { CallbackAttemptRow, WebhookEndpointRow } from '../../sql/schema.ts'
import type * as words from '../contract/v1-words.ts'

type Endpoint = z.input<typeof words.V1Endpoint>
type DeliveryView = z.input<typeof words.V1Delivery>

/** ISO 8601, UTC. */
export function toMoment(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

export function toEndpoint(row: WebhookEndpointRow): Endpoint {
  return {
    id: row.id,
    url: row.url,
    events: (JSON.parse(row.events) as WebhookEvent[]).filter((event) => event !== 'test.ping'),
    enabled: row.enabled_at !== null,
    previous_secret_until: row.previous_secret === null ? null : toMoment(row.previous_until),
    created_at: new Date(row.created_at).toISOString(),
    livemode: row.mode === 'live',
  }
}

export function toDelivery(row: Delivery): DeliveryView {
  return {
    id: row.id,
    event: row.event,
    status: callbackState(row),
    url: row.url,
    endpoint_id: row.endpoint_id,
    order_id: row.order_id,
    redelivery_of: row.redelivery_of,
    attempt_count: row.attempts,
    last_response_status: row.last_status,
    next_attempt_at: toMoment(row.next_at),
    created_at: new Date(row.created_at).toISOString(),
    delivered_at: toMoment(row.delivered_at),
    livemode: row.mode === 'live',
  }
}

export function toDeliveryDetail(
  delivery: Delivery,
  attempts: readonly CallbackAttemptRow[],
): z.input<typeof words.V1DeliveryDetail> {
  return { ...toDelivery(delivery), body: delivery.body, attempts: attempts.map(toAttempt) }
}

function toAttempt(row: CallbackAttemptRow): z.input<typeof words.V1Attempt> {
  return {
    number: row.number,
    at: new Date(row.at).toISOString(),
    request: {
      method: row.method,
      url: row.url,
      headers: JSON.parse(row.headers) as Record<string, string>,
      body: row.body,
    },
    response: row.status === null ? null : { status: row.status, body: row.answer },
    error: row.error === '' ? null : row.error,
    duration_ms: row.took_ms,
  }
}
