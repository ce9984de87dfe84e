/** Every refusal and fault leaves through here: one envelope, in the reader's language. */
import type { Context, Middleware } from 'koa'
import { nanoid } from 'nanoid'
import { isAway } from '../com/db/index.ts'
import type { Log } from '../com/log.ts'
import { REFUSALS, ShopError, type RefusalCode, type RefusalDetails } from '../core/errors.ts'
import { localeOf } from './reader.ts'
import { sentenceFor } from './sentences.ts'
import { isMerchantApi } from './v1/path.ts'
import { v1Error } from './v1/refusals.ts'

export function renderErrors(log: Log): Middleware {
  return async function errors(ctx, next) {
    if (!hasPath(ctx)) return refuse(ctx, 'bad_input')
    try {
      await next()
    } catch (error) {
      send(ctx, answerTo(ctx, error, log))
    }
    if (ctx.respond !== false && ctx.body === undefined && ctx.path.startsWith('/api/')) {
      if (ctx.status === 404) refuse(ctx, 'not_found')
      else if (ctx.status === 405 || ctx.status === 501) refuse(ctx, 'method_not_allowed')
    }
  }
}

/** What whoever asked is told. */
export interface ErrorAnswer {
  readonly status: number
  readonly body: { readonly error: unknown }
  /** Seconds until asking again may help. */
  readonly waitS?: number
}

/** @returns the answer to something that was thrown; a fault is logged under a number that the answer names. */
export function answerTo(ctx: Context, error: unknown, log: Log): ErrorAnswer {
  const refusal = asRefusal(error)
  if (refusal) return refusalAnswer(ctx, refusal.code, refusal.details)
  const requestId = nanoid(10)
  log.error({ requestId, method: ctx.method, path: ctx.path, err: error }, 'a request failed')
  return { status: 500, body: bodyOf(ctx, 'fault', { requestId }) }
}

function refusalAnswer(ctx: Context, code: RefusalCode, details: RefusalDetails): ErrorAnswer {
  const waitS = findWait(code, details)
  const answer = { status: REFUSALS[code], body: bodyOf(ctx, code, details) }
  return waitS === undefined ? answer : { ...answer, waitS }
}

/** Seconds until asking again may help; undefined where waiting does not. */
export function findWait(code: RefusalCode, details: RefusalDetails): number | undefined {
  const wait = details.retryInSeconds ?? details.freeInSeconds ?? (code === 'database_away' ? 5 : undefined)
  return wait === undefined ? undefined : Number(wait)
}

function bodyOf(ctx: Context, code: RefusalCode | 'fault', details: RefusalDetails) {
  const locale = localeOf(ctx)
  if (hasPath(ctx) && isMerchantApi(ctx.path)) return { error: v1Error(code, details, locale) }
  return { error: { code, message: sentenceFor(code, details, locale), details } }
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
  send(ctx, refusalAnswer(ctx, code, details))
}

function send(ctx: Context, { status, body, waitS }: ErrorAnswer): void {
  if (waitS !== undefined) ctx.set('Retry-After', String(waitS))
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  ctx.body = body
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
