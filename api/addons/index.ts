/** The dialects of listeners: each reads its requests and writes its answers, and ends in the same notice. */
import type Router from 'koa-router'
import type { ApiContext } from '../context.ts'
import { createBadSignatures } from './bad-signatures.ts'
import { forwardRoutes } from './forward.ts'
import { payRoutes } from './pay.ts'
import { vmqRoutes } from './vmq.ts'

export function listenerDialects(api: ApiContext): Router[] {
  const weigh = createBadSignatures(api)
  return [payRoutes(api, weigh), vmqRoutes(api, weigh), forwardRoutes(api, weigh)]
}
