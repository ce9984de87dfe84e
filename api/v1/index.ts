/** Our own API for merchants' sites, behind its guard. */
import type Router from 'koa-router'
import type { ApiContext } from '../context.ts'
import { v1AccountRoutes } from './account.ts'
import { v1OrderRoutes } from './orders.ts'
import { v1WebhookRoutes } from './webhooks.ts'

export { guardMerchantApi } from './guard.ts'

export function v1Routes(api: ApiContext): Router[] {
  return [v1AccountRoutes(api), v1OrderRoutes(api), v1WebhookRoutes(api)]
}
