import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../../api/openapi/index.ts'
import { LOCALES } from '../../core/vocabulary.ts'
import { endpointsOf, resolveSchema, sectionsOf, type ApiDocument, type Schema } from './api-document.ts'
import { fieldRows } from './fields.ts'
import { GUIDES } from './guides/guide.ts'
import { GUIDE_TEXTS } from './guides/index.ts'
import { filledPath } from './operation-samples.ts'

const read = (locale: 'zh-CN' | 'en') =>
  JSON.parse(JSON.stringify(openApiDocument('1.0.0', locale))) as unknown as ApiDocument
const document = read('en')
const endpoints = sectionsOf(document).flatMap(({ tag }) => endpointsOf(document, tag))

describe('the pages for developers', () => {
  it('show every operation for merchants’ sites, and none of the shop’s own pages', () => {
    const paths = Object.keys(document.paths).filter((path) => path.startsWith('/api/v1/'))
    expect(new Set(endpoints.map(({ path }) => path))).toEqual(new Set(paths))
    expect(endpoints.length).toBeGreaterThan(15)
  })

  it('have an address of its own for each guide and each section', () => {
    const slugs = [...GUIDES, ...sectionsOf(document).map(({ slug }) => slug)]
    expect(new Set(slugs).size).toBe(slugs.length)
    for (const slug of slugs) expect(slug).toMatch(/^[a-z-]+$/)
  })

  it('name sections in the reader’s language', () => {
    for (const { title } of sectionsOf(read('zh-CN'))) expect(title).toMatch(/\p{Script=Han}/u)
  })

  it('say the same in both languages, block by block', () => {
    const shape = (locale: (typeof LOCALES)[number]) =>
      GUIDES.map((name) =>
        GUIDE_TEXTS[locale][name].blocks.map((block) => [
          block.kind,
          'items' in block ? block.items.length : 0,
          'rows' in block ? block.rows.map((row) => row.length) : [],
        ]),
      )
    expect(shape('en')).toEqual(shape('zh-CN'))
  })

  it('name only operations, codes and events that there are', () => {
    const known = new Set(endpoints.map(({ method, path }) => `${method} ${path}`))
    const codes = new Set(document.components['x-errors'].map(({ code }) => code))
    const events = new Set(Object.keys(document.webhooks))
    for (const locale of LOCALES) {
      const text = JSON.stringify(GUIDE_TEXTS[locale])
      for (const [, named = ''] of text.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`]*)`/g))
        expect(known).toContain(named)
      for (const [, named = ''] of text.matchAll(/40\d `(\w+)`/g)) expect(codes).toContain(named)
      for (const [, named = ''] of text.matchAll(/`((?:order|payment|device|test)\.\w+)`/g))
        expect(events).toContain(named)
    }
  })

  it('tell of each field what it is, whether it is needed, and what is inside', () => {
    const create = endpoints.find(({ operationId }) => operationId === 'v1CreateOrder')!
    const rows = fieldRows(document, create.requestBody!.content['application/json'].schema)
    expect(
      rows.map(({ name, kind, required, values, bounds }) => [name, kind, required, values, bounds]),
    ).toEqual([
      ['out_trade_no', 'string', true, [], '^[A-Za-z0-9._|-]{1,64}$'],
      ['amount', 'string', true, [], '^(0|[1-9]\\d{0,6})(\\.\\d{1,2})?$'],
      ['currency', '"CNY"', false, [], ''],
      ['method', 'string', false, ['wechat', 'alipay'], ''],
      ['subject', 'string', true, [], '1–120'],
      ['notify_url', 'string', false, [], '0–1024'],
      ['return_url', 'string', false, [], '0–1024'],
      ['metadata', 'map<string, string>', false, [], ''],
      ['expires_in', 'integer', false, [], '60–86400'],
    ])
    const detail = fieldRows(document, { $ref: '#/components/schemas/WebhookDeliveryDetail' })
    const attempts = detail.find(({ name }) => name === 'attempts')!
    expect([attempts.kind, attempts.inside.map(({ name }) => name)]).toEqual([
      'Attempt[]',
      ['number', 'at', 'request', 'response', 'error', 'duration_ms'],
    ])
    const response = attempts.inside.find(({ name }) => name === 'response')!
    expect([response.kind, response.inside.length]).toEqual(['AttemptResponse | null', 2])
    expect(attempts.inside[1]).toMatchObject({ kind: 'ISO 8601', bounds: '' })
    expect(detail.find(({ name }) => name === 'endpoint_id')).toMatchObject({ kind: 'string | null' })
  })

  it('point at schemas that there are', () => {
    const references = [...JSON.stringify(endpoints).matchAll(/"(#\/components\/schemas\/\w+)"/g)]
    for (const [, $ref = ''] of references) {
      const schema: Schema = resolveSchema(document, { $ref })
      expect([$ref, schema.$ref]).toEqual([$ref, undefined])
    }
  })

  it('leave out what is empty in a query, and escape the rest', () => {
    const list = endpoints.find(({ operationId }) => operationId === 'v1ListOrders')!
    expect(filledPath(list, { status: 'paid', cursor: '', out_trade_no: 'a&b' })).toBe(
      '/api/v1/orders?out_trade_no=a%26b&status=paid',
    )
    const one = endpoints.find(({ operationId }) => operationId === 'v1GetOrder')!
    expect(filledPath(one, { id: '../x' })).toBe('/api/v1/orders/..%2Fx')
  })
})
