/** The console's listener devices. */
import Router from 'koa-router'
import { fail } from '../../core/errors.ts'
import * as listeners from '../../core/listeners.ts'
import { baseUrlOf } from '../base-url.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-system.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'

export function listenerRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listListeners, async ({ ctx }) => ({
    apiAddress: `${baseUrlOf(shop, ctx)}/addons/pay/`,
    listeners: (await listeners.listListeners(shop)).map((row, at) => toListenerView(api, row, at)),
  }))

  serve(router, contract.addListener, async ({ body, ctx }) =>
    viewOf(await listeners.addListener(shop, body, actorOf(ctx))),
  )

  serve(router, contract.changeListener, async ({ params, body, ctx }) =>
    viewOf(await listeners.changeListener(shop, params.id, body, actorOf(ctx))),
  )

  serve(router, contract.showListenerSecret, async ({ params, ctx }) => ({
    secret: await listeners.showListenerSecret(shop, params.id, actorOf(ctx)),
  }))

  serve(router, contract.renewListenerSecret, async ({ params, ctx }) => {
    const [first] = await listeners.listListeners(shop)
    if (api.fixedListenerSecret && first?.id === params.id)
      fail('set_by_environment', { name: 'LISTENER_SECRET' })
    return { secret: await listeners.renewListenerSecret(shop, params.id, actorOf(ctx)) }
  })

  async function viewOf(row: listeners.ListenerWithAccounts): Promise<contract.ListenerView> {
    const all = await listeners.listListeners(shop)
    return toListenerView(
      api,
      row,
      all.findIndex((one) => one.id === row.id),
    )
  }

  return router
}

export function toListenerView(
  api: ApiContext,
  row: listeners.ListenerWithAccounts,
  at: number,
): contract.ListenerView {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled_at !== null,
    checkedAt: row.checked_at,
    noticedAt: row.noticed_at,
    lastAddress: row.last_address,
    accountIds: row.accountIds,
    setByEnvironment: api.fixedListenerSecret && at === 0,
  }
}
