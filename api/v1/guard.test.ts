import { afterAll, beforeAll, expect, it } from 'vitest'
import type Router from 'koa-router'
import { addMerchantKey, revokeMerchantKey, rotateMerchantKey } from '../../core/merchant-keys.ts'
import { changeMerchant } from '../../core/merchants.ts'
import { SCOPES, type Scope } from '../../core/vocabulary.ts'
import { sendRaw } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  apiClient,
  openApiStand,
  openSite,
  orderInput,
  type ApiStand,
} from '../../test/support/merchant-api.ts'
import { SELLER } from '../../test/support/trade.ts'
import { OPERATIONS } from '../operations.ts'

const ID = 'A'.repeat(21)

describeOnEngines('the guard of the merchants’ API', (engine) => {
  let stand: ApiStand
  beforeAll(async () => void (stand = await openApiStand(engine)))
  afterAll(() => stand.close())

  const ours = OPERATIONS.filter(({ audience }) => audience === 'merchant')
  const filled = (path: string) =>
    path.replaceAll(/:\w+/g, path.includes('deliveries') ? `msg_${'A'.repeat(24)}` : ID)

  /** Every route below /api/v1, as the app itself has them. */
  function routes() {
    return stand.served.app.middleware
      .flatMap((one) => (one as { routes?: Router['stack'] }).routes ?? [])
      .flatMap(({ methods, path }) => methods.map((method) => ({ method, path: String(path) })))
      .filter(({ path }) => path.startsWith('/api/v1'))
  }

  it('stands before every route, and every route is an operation of the contract', async () => {
    expect(routes().length).toBeGreaterThan(20)
    for (const { method, path } of routes()) {
      const declared = ours.some((one) => one.path === path && (one.method === method || method === 'HEAD'))
      expect([method, path, declared]).toEqual([method, path, true])
      const { status } = await sendRaw(stand.served.url, filled(path), { method })
      expect([method, path, status]).toEqual([method, path, 401])
    }
    for (const { method, path } of ours) expect(routes()).toContainEqual({ method, path })
    expect(ours.filter(({ path }) => !path.startsWith('/api/v1/'))).toEqual([])
  })

  it.each([
    '/api/v1',
    '/api/v1/',
    '/api/v1/nothing',
    '/api/v1.json',
    '//api//v1//orders',
    '/API/V1/orders',
    '/api/v1/orders/',
    '/api/v1/me;x=y',
    '/api/v1/../v1/me',
  ])('answers 401 at %s without a key, and nothing of any order with one', async (path) => {
    const { status } = await sendRaw(stand.served.url, path)
    const known = await stand.site.live.get(path)
    expect([status === 401 || (status === 404 && path.includes('..')), known.status >= 400]).toEqual([
      true,
      true,
    ])
    expect(known.json.data).toBeUndefined()
  })

  it('says what is wrong with a key, in one form and never with a 5xx', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { Authorization: '' },
      { Authorization: 'Bearer' },
      { Authorization: 'Basic c2tfbGl2ZV94Og==' },
      { Authorization: `Bearer ${'x'.repeat(3_000)}` },
    ]
    for (const headers of wrong) {
      const { status, error } = await apiClient(stand.served.url, undefined).call(
        'GET',
        '/api/v1/me',
        undefined,
        headers,
      )
      expect([status, error]).toEqual([
        401,
        {
          type: 'authentication',
          code: 'key_needed',
          param: 'Authorization',
          message: expect.stringContaining('Bearer'),
        },
      ])
    }
    for (const key of ['sk_live_', 'sk_live_wrong', 'null', '💥', "' or 1=1 --", stand.site.merchant.key]) {
      const { status, headers, error } = await apiClient(stand.served.url, encodeURI(key)).get('/api/v1/me')
      expect([key, status, error.type]).toEqual([key, 401, 'authentication'])
      expect(headers['www-authenticate']).toMatch(/^Bearer/)
    }
  })

  it('takes no key that was revoked, is past its overlap, or whose merchant is off', async () => {
    const { merchant } = (await openSite(stand.shop, stand.served.url)).merchant
    const add = () => addMerchantKey(stand.shop, merchant.id, { kind: 'live', name: '' }, SELLER)
    const status = async (key: string) => (await apiClient(stand.served.url, key).get('/api/v1/me')).status
    const [revoked, rotated] = [await add(), await add()]
    expect(await status(revoked.secret)).toBe(200)
    await revokeMerchantKey(stand.shop, merchant.id, revoked.key.id, SELLER)
    const next = await rotateMerchantKey(stand.shop, merchant.id, rotated.key.id, SELLER)
    expect(await Promise.all([revoked, rotated, next].map(({ secret }) => status(secret)))).toEqual([
      401, 200, 200,
    ])
    stand.shop.advance(72 * 3_600_000)
    expect(await Promise.all([rotated, next].map(({ secret }) => status(secret)))).toEqual([401, 200])
    const off = {
      name: 'x',
      enabled: false,
      channels: [],
      accountIds: [],
      returnHosts: [],
      callbackMethod: 'GET',
      showQrcode: false,
      ordersPerMinute: 0,
    } as const
    await changeMerchant(stand.shop, merchant.id, off, SELLER)
    expect(await status(next.secret)).toBe(401)
  })

  it('lets a key do what its scopes say and nothing else', async () => {
    const { merchant } = stand.site.merchant
    for (const scope of SCOPES) {
      const scopes: Scope[] = [scope]
      const { secret } = await addMerchantKey(
        stand.shop,
        merchant.id,
        { kind: 'test', name: '', scopes },
        SELLER,
      )
      const client = apiClient(stand.served.url, secret)
      for (const one of ours) {
        const { status, error } = await client.call(one.method, filled(one.path))
        const refused = status === 403 && error.code === 'scope_needed'
        expect([scope, one.id, refused]).toEqual([
          scope,
          one.id,
          one.scope !== undefined && one.scope !== scope,
        ])
      }
    }
  })

  it('lets a live key do nothing of test mode', async () => {
    for (const { method, path } of ours.filter(({ testOnly }) => testOnly)) {
      const { status, error } = await stand.site.live.call(method, filled(path))
      expect([status, error.type, error.code]).toEqual([403, 'permission', 'test_key_needed'])
    }
  })

  it('tells the methods of a path that does not take this one', async () => {
    const { status, headers, error } = await stand.site.live.call('PUT', '/api/v1/orders')
    expect([status, error.code, headers.allow?.split(', ').sort()]).toEqual([
      405,
      'method_not_allowed',
      ['GET', 'POST'],
    ])
    expect((await stand.site.live.get('/api/v1/nothing')).error).toMatchObject({
      type: 'invalid_request',
      code: 'not_found',
    })
  })

  it('makes an address with too many wrong keys wait, and right keys from there never', async () => {
    const key = 'sk_live_guessed0000000000000000000000000000'
    const guess = () => apiClient(stand.served.url, key).get('/api/v1/me')
    let last = await guess()
    for (let count = 0; count < 25 && last.status === 401; count += 1) last = await guess()
    expect([last.status, last.error.type]).toEqual([429, 'rate_limit'])
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await stand.site.live.get('/api/v1/me')).status).toBe(200)
  })

  it('writes no key to the log, nor into an answer', async () => {
    const answer = await stand.site.live.post('/api/v1/orders', orderInput({ amount: 'x' }))
    const seen = JSON.stringify([stand.shop.logged, answer])
    for (const key of [stand.site.live.key, stand.site.test.key, 'sk_live_guessed'])
      expect(seen).not.toContain(key)
  })

  it('tells whose key it is, what it may do, and when it was last used', async () => {
    const { status, json } = await stand.site.test.get('/api/v1/me')
    const { merchant } = stand.site.merchant
    expect([status, json]).toEqual([
      200,
      {
        pid: merchant.pid,
        name: merchant.name,
        livemode: false,
        methods: ['wechat', 'alipay'],
        key: { name: '', hint: stand.site.test.key.slice(-4), scopes: [...SCOPES], expires_at: null },
      },
    ])
    const { used_at } = await stand.shop.db
      .selectFrom('merchant_keys')
      .select('used_at')
      .where('merchant_id', '=', merchant.id)
      .where('kind', '=', 'test')
      .orderBy('created_at')
      .executeTakeFirstOrThrow()
    expect(Number(used_at)).toBeGreaterThan(0)
  })
})
