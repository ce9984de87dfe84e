import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { REFUSALS } from '../../core/errors.ts'
import { openApiDocument } from './index.ts'
import { OPERATIONS } from '../operations.ts'

type Json = Record<string, unknown>

interface Content {
  'application/json': { schema: Json; example?: unknown }
}

interface Described {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters: {
    name: string
    in: string
    required: boolean
    schema: Json
    description?: string
    example?: unknown
    $ref?: string
  }[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { description: string; content: Content; headers?: Json }>
  security?: Json[]
}

interface Document extends Json {
  tags: { name: string }[]
  paths: Record<string, Record<string, Described>>
  webhooks: Record<string, { post: Described }>
  components: {
    schemas: Record<string, Json>
    securitySchemes: Json
    parameters: Record<string, Json>
    'x-errors': Json[]
  }
}

const document = openApiDocument('1.2.3') as Document
const chinese = openApiDocument('1.2.3', 'zh-CN') as Document
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
)

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 and survives being sent', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'qrtill', version: '1.2.3' } })
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  it('has each operation once, under its method and path', () => {
    const wanted = OPERATIONS.map(
      ({ id, method, path }) => `${id} ${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(described.map((one) => `${one.operationId} ${one.method} ${one.path}`).sort()).toEqual(
      wanted.sort(),
    )
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length)
  })

  it('declares every parameter of a path, and what anyone must sign in for', () => {
    for (const { path, parameters, operationId, security } of described) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = parameters.filter((one) => one.in === 'path')
      expect([operationId, declared.map(({ name }) => name)]).toEqual([operationId, named])
      expect(declared.every(({ required }) => required)).toBe(true)
      const { audience } = OPERATIONS.find(({ id }) => id === operationId)!
      expect([operationId, security !== undefined]).toEqual([operationId, audience !== 'anyone'])
    }
  })

  it('says for each answer what it is, with a schema, one of success and all declared refusals', () => {
    for (const { operationId, responses, summary } of described) {
      const operation = OPERATIONS.find(({ id }) => id === operationId)!
      expect(summary.length).toBeGreaterThan(3)
      expect(Object.keys(responses)).toContain(String(operation.status ?? 200))
      for (const { description, content } of Object.values(responses)) {
        expect(description.length).toBeGreaterThan(0)
        expect(content['application/json']).toHaveProperty('schema')
      }
      for (const code of operation.refusals)
        expect([operationId, responses[REFUSALS[code]]?.description]).toEqual([
          operationId,
          expect.stringContaining(code),
        ])
    }
  })

  it('points only at what it contains', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, target]) => target!,
    )
    for (const target of new Set(references)) {
      const found = target
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((at, key) => (at as Json)?.[key], document)
      expect([target, found !== undefined]).toEqual([target, true])
    }
    const schemes = described.flatMap(({ security }) => (security ?? []).flatMap((one) => Object.keys(one)))
    for (const scheme of schemes) expect(document.components.securitySchemes).toHaveProperty(scheme)
  })
})

describe('the part for merchants’ sites', () => {
  const merchants = OPERATIONS.filter(({ audience }) => audience === 'merchant')
  const ids = new Set(merchants.map(({ id }) => id))
  const both = [
    ['English', document],
    ['Chinese', chinese],
  ] as const
  const ours = (one: Document) =>
    Object.values(one.paths).flatMap((methods) =>
      Object.entries(methods)
        .filter(([, { operationId }]) => ids.has(operationId))
        .map(([method, operation]) => ({ method, ...operation })),
    )

  it.each(both)('is a document that a validator of OpenAPI 3.1 takes (%s)', async (_, one) => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(one)) as Json)
    expect([valid, JSON.stringify(errors)?.slice(0, 2_000)]).toEqual([true, undefined])
    expect(validator.version).toBe('3.1')
  })

  it('comes first, each operation in a section of its own', () => {
    expect(ours(document)).toHaveLength(merchants.length)
    expect(Object.keys(document.paths).slice(0, 3)).toEqual([
      '/api/v1/me',
      '/api/v1/orders',
      '/api/v1/orders/{id}',
    ])
    expect(ours(chinese).map(({ operationId }) => operationId)).toEqual(
      ours(document).map(({ operationId }) => operationId),
    )
    const names = document.tags.map(({ name }) => name)
    for (const { tags } of described) expect(names).toEqual(expect.arrayContaining(tags))
    for (const { security, operationId } of ours(document))
      expect([operationId, security]).toEqual([operationId, [{ key: [] }]])
  })

  it.each(both)(
    'has examples of every request, answer, refusal and event that fit their schemas (%s)',
    (_, one) => {
      const ajv = new Ajv2020({ strict: false, allErrors: true })
      ajv.addSchema({ $id: 'document', components: one.components })
      const check = (what: string, schema: Json, example: unknown) => {
        const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components')
        const valid = ajv.validate(JSON.parse(text) as Json, JSON.parse(JSON.stringify(example)))
        expect([what, valid, ajv.errors]).toEqual([what, true, null])
      }
      for (const { operationId, requestBody, responses, parameters } of ours(one)) {
        const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
        for (const content of contents.filter((each) => each !== undefined)) {
          const { schema, example } = content['application/json']
          check(operationId, schema, example)
        }
        for (const { name, schema, example } of parameters.filter((each) => each.example !== undefined))
          check(`${operationId} ${name}`, schema, example)
        const needed = parameters.filter((each) => each.in === 'path')
        expect([operationId, needed.filter((each) => each.example === undefined)]).toEqual([operationId, []])
      }
      for (const [event, { post }] of Object.entries(one.webhooks)) {
        const { schema, example } = post.requestBody!.content['application/json']
        check(event, schema, example)
        expect((example as Json).type).toBe(event)
      }
      for (const { examples = [] } of Object.values(one.components.schemas) as { examples?: unknown[] }[])
        for (const example of examples) check('component', { $ref: '#/components/schemas/Error' }, example)
    },
  )

  it('has examples whose webhooks are signed as the standard says', () => {
    const { responses } = ours(document).find(({ operationId }) => operationId === 'v1GetDelivery')!
    const { attempts } = responses['200']!.content['application/json'].example as {
      attempts: { request: { headers: Record<string, string>; body: string } }[]
    }
    const { headers, body } = attempts[0]!.request
    const { responses: made } = ours(document).find(({ operationId }) => operationId === 'v1CreateEndpoint')!
    const { secret } = made['201']!.content['application/json'].example as { secret: string }
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    expect(headers['webhook-signature']).toBe(`v1,${mac.digest('base64')}`)
  })

  it('speaks both languages: the same document but for what people read', () => {
    const bare = (one: Document) =>
      JSON.stringify(one, (name, value: unknown) =>
        ['description', 'summary', 'x-name', 'message'].includes(name) && typeof value === 'string'
          ? ''
          : value,
      )
    expect(bare(chinese)).toBe(bare(document))
    const han = /\p{Script=Han}/u
    for (const one of ours(chinese)) {
      for (const text of [one.summary, one.description])
        expect([one.operationId, text]).toEqual([one.operationId, expect.stringMatching(han)])
    }
    const englishTexts = JSON.stringify(
      ours(document).map(({ summary, description, parameters }) => [summary, description, parameters]),
    )
    expect(englishTexts).not.toMatch(han)
  })

  it('says of every field and parameter what it means', () => {
    for (const [, one] of both) {
      for (const { operationId, parameters } of ours(one))
        for (const parameter of parameters.filter(({ $ref }) => $ref === undefined))
          expect([operationId, parameter.name, parameter.description?.length]).not.toContain(undefined)
      for (const [name, schema] of Object.entries(one.components.schemas)) {
        if (name === 'ShopError' || name === 'Error') continue
        for (const [field, { description }] of Object.entries(schema.properties as Record<string, Json>))
          expect([name, field, description]).toEqual([name, field, expect.stringMatching(/\S/)])
      }
    }
  })

  it('names the header of idempotency with every POST, and of waiting with whatever waiting helps', () => {
    for (const { operationId, method, parameters, responses, requestBody } of ours(document)) {
      const keyed = parameters.some(({ $ref }) => $ref === '#/components/parameters/IdempotencyKey')
      expect([operationId, keyed]).toEqual([operationId, method === 'post'])
      expect([operationId, responses['503']!.headers]).toEqual([
        operationId,
        { 'Retry-After': expect.anything() },
      ])
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '429', '500', '503']))
      expect(requestBody?.required ?? false).toBe(
        requestBody !== undefined && operationId !== 'v1PayTestOrder',
      )
    }
  })

  it('lists every code that a site can meet, once, with its type and status', () => {
    const errors = document.components['x-errors'] as {
      code: string
      type: string
      status: number
      message: string
    }[]
    const met = new Set(merchants.flatMap(({ refusals }) => refusals))
    expect(errors.map(({ code }) => code)).toEqual(expect.arrayContaining([...met]))
    expect(new Set(errors.map(({ code }) => code)).size).toBe(errors.length)
    for (const { message, code } of errors)
      expect([code, message]).toEqual([code, expect.not.stringMatching(/undefined|\{/)])
  })
})
