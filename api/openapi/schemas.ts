/** JSON Schema of what the contract says. Schemas that have a name stand once, under it. */
import * as z from 'zod/mini'
import * as orders from '../contract/v1-orders.ts'
import * as webhooks from '../contract/v1-webhooks.ts'
import * as words from '../contract/v1-words.ts'

export type Json = Record<string, unknown>

/** What our own API for merchants' sites talks about. */
export const NAMED = {
  Order: words.V1Order,
  NewOrder: orders.V1NewOrder,
  TestPayment: orders.V1TestPayment,
  Merchant: words.V1Merchant,
  Key: words.V1Key,
  WebhookEndpoint: words.V1Endpoint,
  NewWebhookEndpoint: words.V1NewEndpoint,
  DeletedWebhookEndpoint: webhooks.V1Deleted,
  NotifySecret: words.V1NotifySecret,
  WebhookDelivery: words.V1Delivery,
  WebhookDeliveryDetail: words.V1DeliveryDetail,
  Attempt: words.V1Attempt,
  AttemptRequest: words.V1AttemptRequest,
  AttemptResponse: words.V1AttemptResponse,
  Payment: words.V1Payment,
  DeviceChange: words.V1DeviceChange,
  Device: words.V1Device,
  Ping: words.V1Ping,
} as const

export type SchemaName = keyof typeof NAMED

/** What each field of each of them means. */
export type FieldTexts = {
  readonly [Name in SchemaName]: Readonly<Record<keyof z.output<(typeof NAMED)[Name]> & string, string>>
}

const registry = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id })

export function schemaOf(schema: z.ZodMiniType): Json {
  const { $schema: _schema, $defs: _defs, ...json } = printed(schema)
  return json
}

export function namedSchemas(texts: FieldTexts): Record<SchemaName, Json> {
  const named = Object.entries(NAMED).map(([name, schema]) => {
    const json = (printed(schema).$defs as Record<string, Json>)[name] ?? {}
    return [name, withTexts(json, texts[name as SchemaName])]
  })
  return Object.fromEntries(named) as Record<SchemaName, Json>
}

function withTexts(json: Json, texts: Readonly<Record<string, string>>): Json {
  const properties = json.properties as Record<string, Json>
  const told = Object.entries(properties).map(([name, field]) => [
    name,
    { ...field, description: texts[name] },
  ])
  return { ...json, properties: Object.fromEntries(told) }
}

/** Bounds that every whole number has say nothing. */
function printed(schema: z.ZodMiniType): Json {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { metadata: registry, io: 'input' }),
    (name, value: unknown) =>
      /^(max|min)imum$/.test(name) && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? undefined : value,
  )
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}
