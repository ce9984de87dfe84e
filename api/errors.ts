/** Every refusal and fault leaves through here: one envelope, in the reader's language. */
import type { Context, Middleware } from 'koa'
import { nanoid } from 'nanoid'
import { isAway } from '../com/db/index.ts'
import type { Log } from '../com/log.ts'
import { REFUSALS, ShopError, type RefusalCode, type RefusalDetails } from '../core/errors.ts'
import { localeOf } from './reader.ts'
import { sentenceFor } from './sentences.ts'

export function renderErrors(log: Log): Middleware {
  return async function errors(ctx, next) {
    if (!hasPath(ctx)) return refuse(ctx, 'bad_input')
    try {
      await next()
    } catch (error) {
      const refusal = asRefusal(error)
      if (refusal) return refuse(ctx, refusal.code, refusal.details)
      const requestId = nanoid(10)
      log.error({ requestId, method: ctx.method, path: ctx.path, err: error }, 'a request failed')
      reply(ctx, 500, 'fault', { requestId })
    }
    if (ctx.respond !== false && ctx.body === undefined && ctx.path.startsWith('/api/')) {
      if (ctx.status === 404) refuse(ctx, 'not_found')
      else if (ctx.status === 405 || ctx.status === 501) refuse(ctx, 'method_not_allowed')
    }
  }
}

/** Targets such as `http://[` pass Node's parser, and whoever then asks for their path fails. */
function hasPath(ctx: Context): boolean {
  try {
    return typeof ctx.path === 'string'
  } catch {
    return false
  }
}

export function refuse(ctx: Context, code: RefusalCode, details: RefusalDetails = {}): void {
  const wait = details.retryInSeconds ?? details.freeInSeconds ?? (code === 'database_away' ? 5 : undefined)
  if (wait !== undefined) ctx.set('Retry-After', String(wait))
  reply(ctx, REFUSALS[code], code, details)
}

function reply(ctx: Context, status: number, code: RefusalCode | 'fault', details: RefusalDetails): void {
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { error: { code, message: sentenceFor(code, details, localeOf(ctx)), details } }
}

/** @returns undefined for a fault: something that nobody expected. */
export function asRefusal(error: unknown): { code: RefusalCode; details: RefusalDetails } | undefined {
  if (error instanceof ShopError) return error
  if (isAway(error)) return { code: 'database_away', details: {} }
  const status = (error as { status?: unknown }).status
  if (status === 413) return { code: 'too_large', details: {} }
  if (status === 415) return { code: 'unsupported_media_type', details: {} }
  if (typeof status === 'number' && status >= 400 && status < 500) return { code: 'bad_input', details: {} }
  return undefined
}
