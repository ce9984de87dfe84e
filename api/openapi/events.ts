/** What webhooks carry, as OpenAPI 3.1 tells it. */
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../core/vocabulary.ts'
import { V1_EVENTS } from '../contract/v1-events.ts'
import { EVENT_EXAMPLES } from './examples.ts'
import { schemaOf, type Json } from './schemas.ts'
import type { ApiTexts } from './texts.ts'

const TIMESTAMP = '2026-11-22T12:01:07.000Z'

export function describeEvents(texts: ApiTexts): Record<WebhookEvent, Json> {
  const told = WEBHOOK_EVENTS.map((event) => [event, { post: describe(event, texts) }])
  return Object.fromEntries(told) as Record<WebhookEvent, Json>
}

function describe(event: WebhookEvent, texts: ApiTexts): Json {
  return {
    operationId: `v1Event_${event.replaceAll('.', '_')}`,
    tags: ['Webhook endpoints'],
    summary: event,
    description: texts.events[event],
    parameters: headersOf(texts),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: withTexts(schemaOf(V1_EVENTS[event]), texts),
          example: { type: event, timestamp: TIMESTAMP, data: EVENT_EXAMPLES[event] },
        },
      },
    },
    responses: {
      '2XX': { description: texts.webhookAnswers.arrived },
      default: { description: texts.webhookAnswers.failed },
    },
    security: [],
  }
}

function withTexts(json: Json, { eventParts }: ApiTexts): Json {
  const properties = Object.entries(json.properties as Record<string, Json>).map(([name, field]) => [
    name,
    { ...field, description: eventParts[name as keyof typeof eventParts] },
  ])
  return { ...json, properties: Object.fromEntries(properties) }
}

function headersOf({ webhookHeaders }: ApiTexts): Json[] {
  const header = (name: keyof typeof webhookHeaders, pattern: string) => ({
    name: `webhook-${name}`,
    in: 'header',
    required: true,
    description: webhookHeaders[name],
    schema: { type: 'string', pattern },
  })
  return [
    header('id', '^msg_[A-Za-z0-9_-]{24}$'),
    header('timestamp', '^\\d+$'),
    header('signature', '^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$'),
  ]
}
