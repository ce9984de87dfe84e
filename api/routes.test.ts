import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import Router from 'koa-router'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sendRaw } from '../test/support/app.ts'
import { combineRoutes } from './routes.ts'

let server: ReturnType<typeof createServer>
let url: string

/** Each route answers with its name and its parameters. */
function naming(router: Router, ...paths: readonly (string | RegExp)[]): Router {
  for (const path of paths)
    router.get(path, (ctx) => void (ctx.body = `${String(path)} ${JSON.stringify(ctx.params)}`))
  return router
}

beforeEach(async () => {
  const strict = () => new Router({ sensitive: true, strict: true })
  const first = naming(strict(), '/api/orders', '/api/orders/:id', '/api/orders/:id/events', /^\/old\/(a|b)$/)
  first.post('/api/orders', (ctx) => void (ctx.body = 'placed'))
  const second = naming(strict(), '/goods/:id', '/goods/list', '/goods/:id/:part', '/', '/:any/deep/:path')
  const app = new Koa().use(new Router().allowedMethods() as unknown as Koa.Middleware)
  const answer = app.use(combineRoutes([first, second])).callback()
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

it.each([
  ['/api/orders', '/api/orders {}'],
  ['/api/orders/7', '/api/orders/:id {"id":"7"}'],
  ['/api/orders/7/events', '/api/orders/:id/events {"id":"7"}'],
  ['/api/orders/a%2Fb', '/api/orders/:id {"id":"a/b"}'],
  ['/old/b', '/^\\/old\\/(a|b)$/ {}'],
  ['/', '/ {}'],
  ['/goods/7', '/goods/:id {"id":"7"}'],
  ['/goods/list', '/goods/:id {"id":"list"}'],
  ['/goods/list/2', '/goods/:id/:part {"id":"list","part":"2"}'],
  ['/x/deep/y', '/:any/deep/:path {"any":"x","path":"y"}'],
  ['/goods/deep/y', '/goods/:id/:part {"id":"deep","part":"y"}'],
  ['/api/deep/y', '/:any/deep/:path {"any":"api","path":"y"}'],
])('finds the route that was declared first among those for %s', async (path, answer) => {
  expect(await sendRaw(url, path)).toMatchObject({ status: 200, text: answer })
})

it.each([
  '/api',
  '/api/',
  '/api/orders/',
  '/API/orders',
  '//api/orders',
  '/api/orders/7/other',
  '/old/c',
  '',
])('finds none for %s', async (path) => {
  expect((await sendRaw(url, path || '/goods')).status).toBe(404)
})

it('tells which methods a path has', async () => {
  const { status, headers } = await sendRaw(url, '/api/orders', { method: 'DELETE' })
  expect([status, headers.allow]).toEqual([405, 'HEAD, GET, POST'])
  expect((await sendRaw(url, '/api/orders', { method: 'POST' })).text).toBe('placed')
})
