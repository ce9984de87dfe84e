import { describe, expect, it } from 'vitest'
import { REFUSALS } from '../core/errors.ts'
import { openApiDocument } from './openapi.ts'
import { OPERATIONS } from './operations.ts'

type Json = Record<string, unknown>

interface Described {
  operationId: string
  summary: string
  parameters: { name: string; in: string; required: boolean; schema: Json }[]
  requestBody?: { content: Json }
  responses: Record<string, { description: string; content: Json }>
  security?: Json[]
}

const document = openApiDocument('1.2.3') as Json & {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Json; securitySchemes: Json }
}
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
      expect(summary).toMatch(/\.$/)
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
