/** Puts an operation of our own API on a router: as serve() does, for the key's merchant, and each keyed request once. */
import type { Context } from 'koa'
import type Router from 'koa-router'
import * as z from 'zod/mini'
import { fail, ShopError } from '../../core/errors.ts'
import { answerOnce, type Answer } from '../../core/idempotency.ts'
import type { Locale } from '../../core/vocabulary.ts'
import type { ApiContext } from '../context.ts'
import type { Operation } from '../contract/operation.ts'
import { answerTo } from '../errors.ts'
import { localeOf } from '../reader.ts'
import { readRequest, route, type Explain, type Request } from '../serve.ts'
import { canonicalJson } from './canonical-json.ts'
import { bearerOf, type Bearer } from './guard.ts'

type Schema = z.ZodMiniType

export interface MerchantRequest<P extends Schema, Q extends Schema, B extends Schema> extends Request<
  P,
  Q,
  B
> {
  readonly bearer: Bearer
}

export function serveMerchant<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  api: ApiContext,
  router: Router,
  operation: Operation<P, Q, B, R>,
  handler: (request: MerchantRequest<P, Q, B>) => Promise<z.input<R>>,
): void {
  route(router, operation, async (ctx) => {
    const read = readRequest(operation, ctx, EXPLAIN[localeOf(ctx)])
    const request = { ...read, bearer: bearerOf(ctx) }
    const run = async () => ({
      status: operation.status ?? 200,
      body: JSON.stringify(operation.reply.parse(await handler(request))),
    })
    const { status, body } = operation.method === 'POST' ? await once(api, request, run) : await run()
    ctx.status = status
    ctx.type = 'json'
    ctx.body = body
  })
}

const KEY = /^[\x21-\x7e]{1,255}$/

/** With the header `Idempotency-Key` the first answer is given again to whoever asks the same once more. */
async function once(
  api: ApiContext,
  { ctx, bearer, body }: { ctx: Context; bearer: Bearer; body: unknown },
  run: () => Promise<Answer>,
): Promise<Answer> {
  const key = ctx.get('Idempotency-Key')
  if (key === '') return run()
  if (!KEY.test(key)) fail('bad_input', { field: 'Idempotency-Key' })
  const keyed = {
    merchantId: bearer.merchant.id,
    mode: bearer.mode,
    key,
    content: canonicalJson([ctx.method, ctx.path, body ?? null]),
  }
  const answer = await answerOnce(api.shop, keyed, () => runToTheEnd(api, ctx, run))
  if (answer.replayed) ctx.set('Idempotent-Replayed', 'true')
  return answer
}

/** A refusal that will stay so, and a fault, are answers like others; the rest may be asked for again with the same key. */
async function runToTheEnd(api: ApiContext, ctx: Context, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ShopError && !staysSo(error)) throw error
    const { status, body, waitS } = answerTo(ctx, error, api.shop.log)
    if (waitS !== undefined) throw error
    return { status, body: JSON.stringify(body) }
  }
}

/**
 * What is paid or closed stays so. One that expired may open again; an endpoint too many, or a delivery on its way, are
 * a matter of the moment.
 */
function staysSo({ code, details }: ShopError): boolean {
  if (code === 'order_changed' || code === 'order_paid') return true
  return code === 'wrong_state' && ENDS.has(String(details.state))
}

const ENDS: ReadonlySet<string> = new Set(['paid', 'paid_waiting_stock', 'delivered', 'cancelled'])

const MISSING: Readonly<Record<Locale, string>> = { 'zh-CN': '缺少此参数', en: 'it is missing' }

const EXPLAIN: Readonly<Record<Locale, Explain>> = {
  'zh-CN': explainIn('zh-CN', z.locales.zhCN().localeError),
  en: explainIn('en', z.locales.en().localeError),
}

function explainIn(locale: Locale, rest: Explain): Explain {
  return (issue) =>
    issue.code === 'invalid_type' && issue.input === undefined ? MISSING[locale] : rest(issue)
}
