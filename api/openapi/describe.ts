/** An operation of the shop's own pages as OpenAPI tells it, and what all operations have in common. */
import type * as z from 'zod/mini'
import { REFUSALS, type RefusalCode } from '../../core/errors.ts'
import type { Operation } from '../contract/operation.ts'
import { schemaOf, type Json } from './schemas.ts'

export function describeOperation(operation: Operation): Json {
  const body = bodyOf(operation)
  return {
    operationId: operation.id,
    tags: [operation.path.startsWith('/api/admin') ? 'console' : 'shop'],
    summary: operation.summary,
    parameters: parametersOf(operation),
    ...(body && { requestBody: body }),
    responses: responsesOf(operation),
    ...(operation.audience !== 'anyone' && {
      security: [operation.method === 'GET' ? { session: [] } : { session: [], csrf: [] }],
    }),
  }
}

function parametersOf(operation: Operation): Json[] {
  return [
    ...fieldsOf(operation.params, 'path'),
    ...fieldsOf(operation.query, 'query'),
    ...(operation.buyerToken
      ? [
          {
            name: 'X-Buyer-Token',
            in: 'header',
            required: false,
            schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{32}$' },
            description: 'Proof that an order is yours: from placeOrder, or the key of a mailed link.',
          },
        ]
      : []),
  ]
}

export interface Field extends Json {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: Json
}

export function fieldsOf(schema: z.ZodMiniType | undefined, place: 'path' | 'query'): Field[] {
  if (!schema) return []
  const json = schemaOf(schema) as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(json.properties ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: json.required?.includes(name) ?? false,
    schema: field,
  }))
}

function bodyOf(operation: Operation): Json | undefined {
  if (operation.picture) {
    const binary = { schema: { type: 'string', format: 'binary' } }
    return { required: true, content: { 'image/png': binary, 'image/jpeg': binary } }
  }
  if (!operation.body) return undefined
  return { required: true, content: { 'application/json': { schema: schemaOf(operation.body) } } }
}

function responsesOf(operation: Operation): Json {
  const responses: Json = {
    [operation.status ?? 200]: {
      description: 'Done.',
      content: { 'application/json': { schema: schemaOf(operation.reply) } },
    },
  }
  for (const [status, codes] of byStatus([...operation.refusals, ...commonRefusals(operation)])) {
    responses[status] = {
      description: codes.join(', '),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ShopError' } } },
    }
  }
  return responses
}

/** What any operation of its kind can answer beside what it declares. */
export function commonRefusals(operation: Operation): RefusalCode[] {
  const { audience, method } = operation
  const common: RefusalCode[] = ['database_away']
  // Of a merchant's operation the query and its Idempotency-Key are read even where it declares nothing.
  if (audience === 'merchant' || operation.params || operation.query || operation.body)
    common.push('bad_input')
  if (operation.body) common.push('unsupported_media_type', 'too_large')
  if (audience === 'admin' || audience === 'first-password') common.push('sign_in_needed', 'cross_site')
  if (audience === 'admin') common.push('new_password_needed', 'not_allowed')
  if (operation.recentPassword) common.push('password_needed')
  if (audience === 'merchant') common.push('key_needed', 'wrong_key', 'too_many_requests')
  if (operation.scope) common.push('scope_needed')
  if (operation.testOnly) common.push('test_key_needed')
  if (audience === 'merchant' && method === 'POST') common.push('idempotency_mismatch', 'idempotency_busy')
  return common
}

export function byStatus(codes: readonly RefusalCode[]): Map<number, RefusalCode[]> {
  const found = new Map<number, RefusalCode[]>()
  for (const code of new Set(codes)) found.set(REFUSALS[code], [...(found.get(REFUSALS[code]) ?? []), code])
  return found
}
