/** The console's listener devices. */
import type { Context } from 'koa'
import Router from 'koa-router'
import { fail } from '../../core/errors.ts'
import { latestSign, listDevices, type ListedListener } from '../../core/listener-list.ts'
import { renewListenerSecret, showListenerSecret } from '../../core/listener-secrets.ts'
import { addListener, changeListener, getListener, listListeners } from '../../core/listeners.ts'
import { baseUrlOf } from '../base-url.ts'
import type { ApiContext } from '../context.ts'
import { showListenerSetUp, showListenerSigns } from '../contract/admin-listeners.ts'
import * as contract from '../contract/admin-system.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'
import { setUpOf, vmqTextOf } from './listener-set-up.ts'

export function listenerRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listListeners, async ({ ctx }) => ({
    apiAddress: `${baseUrlOf(shop, ctx)}/addons/pay/`,
    isPublic: shop.settings.current.publicUrl !== '',
    listeners: (await listDevices(shop)).map((row, at) => toListenerView(api, row, at)),
  }))

  serve(router, contract.addListener, async ({ body, ctx }) =>
    viewOf((await addListener(shop, body, actorOf(ctx))).id),
  )

  serve(router, contract.changeListener, async ({ params, body, ctx }) =>
    viewOf((await changeListener(shop, params.id, body, actorOf(ctx))).id),
  )

  serve(router, showListenerSetUp, async ({ params, ctx }) =>
    setUpOf(baseUrlOf(shop, ctx), await getListener(shop, params.id)),
  )

  serve(router, showListenerSigns, async ({ params, query }) => {
    const since = query.since === undefined ? 0 : Number(query.since)
    const sign = latestSign(await getListener(shop, params.id), since)
    return { listenerId: params.id, now: shop.now(), sign: sign ?? null }
  })

  serve(router, contract.showListenerSecret, async ({ params, ctx }) =>
    shown(ctx, await showListenerSecret(shop, params.id, actorOf(ctx))),
  )

  serve(router, contract.renewListenerSecret, async ({ params, ctx }) => {
    const [first] = await listListeners(shop)
    if (api.fixedListenerSecret && first?.id === params.id)
      fail('set_by_environment', { name: 'LISTENER_SECRET' })
    return shown(ctx, await renewListenerSecret(shop, params.id, actorOf(ctx)))
  })

  function shown(ctx: Context, secret: string) {
    return { secret, vmq: vmqTextOf(baseUrlOf(shop, ctx), secret) }
  }

  async function viewOf(id: string): Promise<contract.ListenerView> {
    const all = await listDevices(shop)
    const at = all.findIndex((one) => one.id === id)
    return toListenerView(api, all[at] ?? fail('not_found', { what: 'listener' }), at)
  }

  return router
}

export function toListenerView(api: ApiContext, row: ListedListener, at: number): contract.ListenerView {
  const { lastPayment } = row
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled_at !== null,
    checkedAt: row.checked_at,
    noticedAt: row.noticed_at,
    lastAddress: row.last_address,
    accountIds: row.accountIds,
    setByEnvironment: api.fixedListenerSecret && at === 0,
    dialect: row.dialect,
    boundTo: JSON.parse(row.bound_to) as string[],
    newerOnly: row.newer_only_at !== null,
    oldFormAt: row.old_form_at,
    heartbeatAt: row.heartbeat_at,
    silent: row.silent_at !== null,
    clockOffsetMs: row.clock_offset_ms,
    app: row.app,
    addresses: row.addresses.map(({ network, first_at, last_at }) => ({
      ...{ network, firstAt: first_at, lastAt: last_at },
    })),
    lastPayment: lastPayment
      ? {
          at: lastPayment.received_at,
          channel: lastPayment.channel,
          amountCents: lastPayment.amount_cents,
          match: lastPayment.match_kind,
        }
      : null,
  }
}
