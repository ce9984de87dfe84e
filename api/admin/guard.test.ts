import type Router from 'koa-router'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { ask, signInAsSeller, type Seller } from '../../test/support/client.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import * as contract from '../contract/index.ts'
import { OPERATIONS } from '../operations.ts'

const ID = 'A'.repeat(21)

interface Route {
  readonly method: string
  readonly path: string
}

/** Every route of every router, as the app itself has them, its ids filled in. */
function routesOf({ app }: TestApp): Route[] {
  const routes = app.middleware.flatMap((one) => (one as { routes?: Router['stack'] }).routes ?? [])
  return routes.flatMap(({ methods, path }) =>
    methods.map((method) => ({ method, path: String(path).replaceAll(/:\w+/g, ID) })),
  )
}

const isConsole = ({ path }: Route) => path.startsWith('/api/admin')
const isWayIn = ({ method, path }: Route) =>
  method === contract.signIn.method && path === contract.signIn.path

describeOnEngines('the guard of the console', (engine) => {
  let shop: TestShop
  let served: TestApp
  let routes: Route[]
  beforeAll(async () => {
    shop = await openTestShop(engine)
    served = await serveShop(shop)
    routes = routesOf(served).filter(isConsole)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const send = ({ method, path }: Route, headers: Record<string, string> = {}) =>
    sendRaw(served.url, path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(method !== 'GET' && method !== 'HEAD' && { body: '{}' }),
    })

  it('stands before every operation for admins, and each of those is routed', () => {
    const guarded = OPERATIONS.filter(({ audience }) => audience === 'admin' || audience === 'first-password')
    expect(guarded.length).toBeGreaterThan(25)
    for (const { method, path } of guarded) {
      expect(path.startsWith('/api/admin/')).toBe(true)
      expect(routes).toContainEqual({ method, path: path.replaceAll(/:\w+/g, ID) })
    }
  })

  it('answers 401 on every route below /api/admin without a session, with one way in', async () => {
    expect(routes.length).toBeGreaterThan(50)
    const open = []
    for (const route of routes) if ((await send(route)).status !== 401) open.push(route)
    expect(open.filter((route) => !isWayIn(route))).toEqual([])
    expect(open.filter(isWayIn)).toHaveLength(1) // it refuses the empty body instead
  })

  it('answers 401 with a cookie that is made up, empty or of an ended session', async () => {
    const [cookie] = (await signedIn()).Cookie!.split(';')
    await shop.db.deleteFrom('sessions').execute()
    for (const Cookie of ['qrtill_session=', `qrtill_session=${'A'.repeat(43)}`, cookie!])
      expect((await send({ method: 'GET', path: contract.showOverview.path }, { Cookie })).status).toBe(401)
  })

  it.each([
    '/api/admin',
    '/api/admin/',
    '/api/admin/nothing',
    '/api/admin.csv',
    '/api/admin/settings/',
    '//api//admin//settings',
    '/API/ADMIN/settings',
    '/api/%61dmin/settings',
    '/api/admin%2fsettings',
    '/api/./admin/settings',
    '/api/x/../admin/settings',
    '/api/admin;x=y/settings',
    '/./api/admin/settings?x=1',
    '/api/admin/settings#x',
  ])('shows nothing of the console at %s', async (path) => {
    const { status, text } = await send({ method: 'GET', path })
    expect([400, 401, 404]).toContain(status)
    expect(text).not.toContain('orderTtlS')
  })

  it('lets nothing happen before a password was chosen but its choice', async () => {
    const headers = await signedIn()
    const early = OPERATIONS.filter(({ audience }) => audience === 'first-password')
    const isEarly = (route: Route) =>
      early.some(({ method, path }) => method === route.method && path === route.path)
    for (const route of routes.filter((one) => !isEarly(one) && !isWayIn(one))) {
      const { status, text } = await send(route, headers)
      expect([route, status]).toEqual([route, 403])
      if (route.method !== 'HEAD') expect(text).toContain('new_password_needed')
    }
    expect(early.map(({ id }) => id).sort()).toEqual(['choosePassword', 'showSession', 'signOut'])
    expect((await ask(served.url, contract.showSession, { headers })).reply.mustChoosePassword).toBe(true)
  })

  async function signedIn(): Promise<Record<string, string>> {
    const { headers, reply } = await ask(served.url, contract.signIn, {
      body: { name: 'admin', password: 'admin' },
    })
    return { Cookie: headers.getSetCookie()[0]!.split(';')[0]!, 'X-CSRF-Token': reply.csrfToken }
  }
})

describeOnEngines('a signed-in seller', (engine) => {
  let shop: TestShop
  let served: TestApp
  let seller: Seller
  beforeAll(async () => {
    shop = await openTestShop(engine)
    served = await serveShop(shop)
    seller = await signInAsSeller(served.url)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const rename = (headers: Record<string, string>) =>
    ask(served.url, contract.changeSettings, { headers, body: { shopName: '新店名' } })

  it('changes nothing without the token of the very session', async () => {
    const { Cookie } = seller.headers as { Cookie: string }
    for (const token of [{}, { 'X-CSRF-Token': '' }, { 'X-CSRF-Token': 'A'.repeat(43) }]) {
      const { status, error } = await rename({ Cookie, ...token })
      expect([status, error?.code]).toEqual([403, 'cross_site'])
    }
    expect((await rename(seller.headers)).status).toBe(200)
  })

  it('changes nothing from another site’s page, whatever else is right', async () => {
    const elsewhere: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: `${served.url}.evil.example` },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]
    for (const headers of elsewhere) {
      const { status, error } = await rename({ ...seller.headers, ...headers })
      expect([status, error?.code]).toEqual([403, 'cross_site'])
    }
  })

  it('cannot be signed in by another site’s page', async () => {
    const { status, error, headers } = await ask(served.url, contract.signIn, {
      headers: { Origin: 'https://evil.example' },
      body: { name: 'admin', password: 'admin' },
    })
    expect([status, error?.code, headers.getSetCookie()]).toEqual([403, 'cross_site', []])
  })

  it('changes nothing by a form’s body, only by JSON', async () => {
    const { status, error } = await rename({ ...seller.headers, 'Content-Type': 'text/plain' })
    expect([status, error?.code]).toEqual([415, 'unsupported_media_type'])
  })

  it('may come from the public address of the shop, which a proxy may hide from the Host', async () => {
    await ask(served.url, contract.changeSettings, {
      headers: seller.headers,
      body: { publicUrl: 'https://shop.example' },
    })
    expect((await rename({ ...seller.headers, Origin: 'https://shop.example' })).status).toBe(200)
    expect((await rename({ ...seller.headers, Origin: 'https://other.example' })).status).toBe(403)
  })

  it('reads but changes nothing as a viewer', async () => {
    await shop.db.updateTable('admins').set({ role: 'viewer' }).execute()
    const seen = await ask(served.url, contract.showSettings, { headers: seller.headers })
    const { status, error } = await rename(seller.headers)
    await shop.db.updateTable('admins').set({ role: 'owner' }).execute()
    expect([seen.status, status, error?.code]).toEqual([200, 403, 'not_allowed'])
  })

  it('types the password again for payees and secrets when the last time is over 15 minutes ago', async () => {
    const payees = OPERATIONS.filter(({ recentPassword }) => recentPassword)
    expect(payees.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'addCodes',
        'changeCode',
        'deleteCode',
        'changeAccount',
        'showListenerSecret',
        'renewListenerSecret',
        'addMerchant',
        'changeMerchant',
        'makeDefaultMerchant',
        'addMerchantKey',
        'rotateMerchantKey',
        'revokeMerchantKey',
        'addEndpoint',
        'changeEndpoint',
        'removeEndpoint',
        'rotateEndpoint',
        'renewNotifySecret',
      ]),
    )
    shop.advance(16 * 60_000)
    for (const { method, path } of payees) {
      const { status, text } = await sendRaw(served.url, path.replaceAll(/:\w+/g, ID), {
        method,
        headers: { ...seller.headers, 'Content-Type': 'application/json' },
        body: '{}',
      })
      expect([path, status, text.includes('password_needed')]).toEqual([path, 403, true])
    }
    const wrong = await ask(served.url, contract.confirmPassword, {
      headers: seller.headers,
      body: { password: 'x' },
    })
    expect(wrong.status).toBe(401)
    await ask(served.url, contract.confirmPassword, {
      headers: seller.headers,
      body: { password: 'a long enough password 7391' },
    })
    await seller.addCode(`wxp://f2f0${'a'.repeat(32)}`, null)
  })

  it('is signed out after 12 hours', async () => {
    shop.advance(12 * 3_600_000)
    expect((await ask(served.url, contract.showSession, { headers: seller.headers })).status).toBe(401)
  })
})
