/** Our own API: whose key it is, and what it may do. */
import Router from 'koa-router'
import { scopeOf } from '../../core/merchants.ts'
import { isWithin } from '../../core/tills.ts'
import type { Scope } from '../../core/vocabulary.ts'
import type { ApiContext } from '../context.ts'
import { v1Me } from '../contract/v1-orders.ts'
import { serveMerchant } from './serve.ts'

export function v1AccountRoutes(api: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })
  serveMerchant(api, router, v1Me, async ({ bearer: { merchant, key, mode } }) => {
    const { channels } = scopeOf(merchant, mode)
    return {
      pid: merchant.pid,
      name: merchant.name,
      livemode: mode === 'live',
      methods: api.shop.settings.current.channels.filter((one) => isWithin(channels, one)),
      key: {
        name: key.name,
        hint: key.hint,
        scopes: JSON.parse(key.scopes) as Scope[],
        expires_at: key.expires_at === null ? null : new Date(key.expires_at).toISOString(),
      },
    }
  })
  return router
}
