/** The OpenAPI 3.1 document, printed from the contract that the server enforces; our own API for sites comes first. */
import { REFUSALS } from '../../core/errors.ts'
import type { Locale } from '../../core/vocabulary.ts'
import type { Operation } from '../contract/operation.ts'
import { OPERATIONS } from '../operations.ts'
import { ERROR_TYPES } from '../v1/refusals.ts'
import { describeOperation } from './describe.ts'
import { describeEvents } from './events.ts'
import { namedSchemas, type Json } from './schemas.ts'
import { TAGS, TEXTS, type ApiTexts } from './texts.ts'
import { codesOf, describeMerchantOperation, tellCode } from './v1.ts'

/** @param locale of everything in it that people read, as far as it is for merchants' sites. */
export function openApiDocument(version: string, locale: Locale = 'en'): Json {
  const texts = TEXTS[locale]
  const paths: Record<string, Json> = {}
  for (const operation of [...OPERATIONS].sort(merchantsFirst)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    const described = isMerchants(operation)
      ? describeMerchantOperation(operation, texts, locale)
      : describeOperation(operation)
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'qrtill', version, description: texts.info, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: [
      ...TAGS.map((name) => ({
        name,
        description: texts.tags[name].description,
        'x-name': texts.tags[name].name,
      })),
      { name: 'shop', description: 'The pages of the shop.' },
      { name: 'console', description: 'The pages of the seller.' },
    ],
    paths,
    webhooks: describeEvents(texts),
    components: componentsOf(texts, locale),
  }
}

function isMerchants({ audience }: Operation): boolean {
  return audience === 'merchant'
}

/** In the order of the texts, which is that of reading. */
const READING = Object.keys(TEXTS.en.operations)

function merchantsFirst(a: Operation, b: Operation): number {
  return placeOf(a) - placeOf(b)
}

function placeOf({ id }: Operation): number {
  const place = READING.indexOf(id)
  return place < 0 ? READING.length : place
}

function componentsOf(texts: ApiTexts, locale: Locale): Json {
  return {
    schemas: { ...namedSchemas(texts.fields), Error: errorSchema(texts), ShopError: SHOP_ERROR },
    headers: {
      IdempotentReplayed: { description: texts.headers.replayed, schema: { type: 'string', const: 'true' } },
      RetryAfter: { description: texts.headers.retryAfter, schema: { type: 'string', pattern: '^\\d+$' } },
    },
    parameters: {
      IdempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description: texts.headers.key,
        schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
        example: '7f1d3f0e-5a0c-4b8e-9a54-0c8a1c1d2e3f',
      },
    },
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: texts.security },
      session: { type: 'apiKey', in: 'cookie', name: 'qrtill_session' },
      csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
    },
    'x-errors': codesOf(OPERATIONS.filter(isMerchants)).map((code) => tellCode(code, texts, locale)),
  }
}

function errorSchema({ error }: ApiTexts): Json {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['type', 'code', 'message'],
        properties: {
          type: { type: 'string', enum: [...ERROR_TYPES], description: error.type },
          code: {
            type: 'string',
            enum: codesOf(OPERATIONS.filter(isMerchants)),
            description: error.code,
          },
          message: { type: 'string', description: error.message },
          param: { type: 'string', description: error.param },
        },
      },
    },
    examples: [
      {
        error: {
          type: 'invalid_request',
          code: 'bad_amount',
          message: 'Write the amount like 9.90, with at most two decimals.',
          param: 'amount',
        },
      },
    ],
  }
}

/** What the rest answers. */
const SHOP_ERROR = {
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
