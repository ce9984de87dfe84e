/** The OpenAPI 3.1 document, printed from the contract that the server enforces. */
import * as z from 'zod/mini'
import { REFUSALS, type RefusalCode } from '../core/errors.ts'
import type { Operation } from './contract/operation.ts'
import { OPERATIONS } from './operations.ts'

type Json = Record<string, unknown>

export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'qrtill', version, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'qrtill_session' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
      },
    },
  }
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      properties: {
        code: { type: 'string', enum: [...Object.keys(REFUSALS), 'fault'] },
        message: { type: 'string', description: "A sentence in the reader's language (Accept-Language)." },
        details: { type: 'object' },
      },
    },
  },
}

function describe(operation: Operation): Json {
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: parametersOf(operation),
    ...(bodyOf(operation) && { requestBody: bodyOf(operation) }),
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

function fieldsOf(schema: z.ZodMiniType | undefined, place: 'path' | 'query'): Json[] {
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
  for (const [status, codes] of refusalsByStatus(operation)) {
    responses[status] = {
      description: codes.join(', '),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    }
  }
  return responses
}

/** What any operation of its kind can answer beside what it declares. */
function refusalsByStatus(operation: Operation): Map<number, RefusalCode[]> {
  const common: RefusalCode[] = ['database_away']
  if (operation.params || operation.query || operation.body) common.push('bad_input')
  if (operation.body) common.push('unsupported_media_type', 'too_large')
  if (operation.audience !== 'anyone') common.push('sign_in_needed', 'cross_site')
  if (operation.audience === 'admin') common.push('new_password_needed', 'not_allowed')
  if (operation.recentPassword) common.push('password_needed')
  const byStatus = new Map<number, RefusalCode[]>()
  for (const code of new Set([...operation.refusals, ...common])) {
    const status = REFUSALS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}

function schemaOf(schema: z.ZodMiniType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema) as Json
  return $schema === undefined ? json : json
}
