/** An operation of our own API for merchants' sites as OpenAPI tells it: with texts, examples, and what may go wrong. */
import { REFUSALS, type RefusalCode } from '../../core/errors.ts'
import type { Locale } from '../../core/vocabulary.ts'
import type { Operation } from '../contract/operation.ts'
import { typeOf, v1Error } from '../v1/refusals.ts'
import { byStatus, commonRefusals, fieldsOf } from './describe.ts'
import { EXAMPLES, type Example } from './examples.ts'
import { schemaOf, type Json } from './schemas.ts'
import type { ApiTexts } from './texts.ts'

export function describeMerchantOperation(operation: Operation, texts: ApiTexts, locale: Locale): Json {
  const text = texts.operations[operation.id]
  const example = EXAMPLES[operation.id]
  if (!text || !example) throw new Error(`${operation.id} has no text or no example`)
  const body = bodyOf(operation, example)
  return {
    operationId: operation.id,
    tags: [text.tag],
    summary: text.summary,
    description: text.description,
    parameters: parametersOf(operation, texts, example),
    ...(body && { requestBody: body }),
    responses: responsesOf(operation, texts, locale, example),
    security: [{ key: [] }],
    ...(operation.scope && { 'x-scope': operation.scope }),
    ...(operation.testOnly && { 'x-test-only': true }),
  }
}

function parametersOf(operation: Operation, texts: ApiTexts, example: Example): Json[] {
  const given = { ...(example.params as Json), ...(example.query as Json) }
  const fields = [...fieldsOf(operation.params, 'path'), ...fieldsOf(operation.query, 'query')]
  const told = fields.map((field) => ({
    ...field,
    description: texts.parameters[`${operation.id}.${field.name}`] ?? texts.parameters[field.name],
    ...(field.name in given && { example: given[field.name] }),
  }))
  return operation.method === 'POST' ? [...told, { $ref: '#/components/parameters/IdempotencyKey' }] : told
}

function bodyOf({ body }: Operation, example: Example): Json | undefined {
  if (!body) return undefined
  const required = !body.safeParse(undefined).success
  return { required, content: { 'application/json': { schema: schemaOf(body), example: example.body } } }
}

function responsesOf(operation: Operation, texts: ApiTexts, locale: Locale, example: Example): Json {
  const responses: Json = {
    [operation.status ?? 200]: {
      description: texts.done,
      ...(operation.method === 'POST' && {
        headers: { 'Idempotent-Replayed': { $ref: '#/components/headers/IdempotentReplayed' } },
      }),
      content: { 'application/json': { schema: schemaOf(operation.reply), example: example.reply } },
    },
  }
  for (const [status, codes] of byStatus([...operation.refusals, ...commonRefusals(operation)])) {
    responses[status] = {
      description: codes.map((code) => `- \`${code}\`: ${sentence(code, locale)}`).join('\n'),
      ...(codes.some(mayWait) && { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }),
      content: errorContent(codes[0] as RefusalCode, locale),
    }
  }
  return { ...responses, 500: { description: texts.fault, content: errorContent('fault', locale) } }
}

function errorContent(code: RefusalCode | 'fault', locale: Locale): Json {
  const { message: _message, ...error } = v1Error(code, DETAILS, locale)
  const example = { error: { ...error, message: sentence(code, locale) } }
  return { 'application/json': { schema: { $ref: '#/components/schemas/Error' }, example } }
}

/** Facts that stand in sentences where a document cannot know them. */
const DETAILS = {
  requestId: 'k3Jx0Q2mZp',
  freeInSeconds: 80,
  retryInSeconds: 30,
  most: 16,
  scope: 'orders:write',
}

function sentence(code: RefusalCode | 'fault', locale: Locale): string {
  const details = code === 'bad_input' ? { ...DETAILS, field: 'subject' } : DETAILS
  return v1Error(code, { ...details, ...(code === 'bad_url' && { reason: 'private' }) }, locale).message
}

function mayWait(code: RefusalCode): boolean {
  return ['no_free_amount', 'too_many_requests', 'database_away', 'idempotency_busy'].includes(code)
}

/** @returns every code that these operations can answer. */
export function codesOf(operations: readonly Operation[]): (RefusalCode | 'fault')[] {
  const declared = operations.flatMap((one) => [...one.refusals, ...commonRefusals(one)])
  return [...new Set([...declared, 'not_found', 'method_not_allowed', 'fault'] as const)]
}

/** A line of the table of codes. */
export function tellCode(code: RefusalCode | 'fault', texts: ApiTexts, locale: Locale): Json {
  return {
    code,
    type: typeOf(code),
    status: code === 'fault' ? 500 : REFUSALS[code],
    message: code === 'fault' ? texts.fault : sentence(code, locale),
  }
}
