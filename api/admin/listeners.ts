/** The console's listener devices. */
import type { Context } from 'koa'
import Router from 'koa-router'
import { fail } from '../../core/errors.ts'
import { getListener, listListeners, renewListenerSecret } from '../../core/listeners.ts'
import type { ListenerRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-system.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'

export function listenerRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listListeners, async ({ ctx }) => ({
    apiAddress: `${baseUrlOf(api, ctx)}/addons/pay/`,
    listeners: (await listListeners(shop)).map((row, at) => toListenerView(api, row, at)),
  }))

  serve(router, contract.showListenerSecret, async ({ params }) => {
    const { secret } = await getListener(shop, params.id)
    return { secret }
  })

  serve(router, contract.renewListenerSecret, async ({ params, ctx }) => {
    const [first] = await listListeners(shop)
    if (api.fixedListenerSecret && first?.id === params.id)
      fail('set_by_environment', { name: 'LISTENER_SECRET' })
    return { secret: await renewListenerSecret(shop, params.id, actorOf(ctx)) }
  })

  return router
}

/** Only shown to the admin who asks, never mailed or stored: the request's own address will do until one is set. */
function baseUrlOf({ shop }: ApiContext, ctx: Context): string {
  return shop.settings.current.publicUrl || ctx.origin
}

export function toListenerView(api: ApiContext, row: ListenerRow, at: number): contract.ListenerView {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled_at !== null,
    checkedAt: row.checked_at,
    noticedAt: row.noticed_at,
    lastAddress: row.last_address,
    setByEnvironment: api.fixedListenerSecret && at === 0,
  }
}
