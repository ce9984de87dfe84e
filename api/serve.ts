/** Puts an operation of the contract on a router: reads by it, answers by it. */
import type { Context, Middleware } from 'koa'
import bodyParser from 'koa-bodyparser'
import type Router from 'koa-router'
import type * as z from 'zod/mini'
import { fail, type RefusalCode } from '../core/errors.ts'
import type { SignedIn } from '../core/sign-in.ts'
import { readQuery } from './bounded-query.ts'
import { addProduct, changeProduct, importStock, MAX_STOCK_TEXT } from './contract/admin-products.ts'
import type { Operation } from './contract/operation.ts'

type Schema = z.ZodMiniType

/** What a handler gets, parsed. */
export interface Request<P extends Schema, Q extends Schema, B extends Schema> {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
  readonly ctx: Context
}

const JSON_LIMIT = '64kb'

/** Larger bodies, by operation: a hundred thousand card keys; a product's two long texts in Chinese. */
const JSON_LIMITS: Readonly<Record<string, string>> = {
  [importStock.id]: `${MAX_STOCK_TEXT * 4}b`,
  [addProduct.id]: '256kb',
  [changeProduct.id]: '256kb',
}

/** Says why a value does not fit. */
export type Explain = z.core.$ZodErrorMap

export function serve<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  router: Router,
  operation: Operation<P, Q, B, R>,
  handler: (request: Request<P, Q, B>) => Promise<z.input<R>> | z.input<R>,
): void {
  route(router, operation, async (ctx) => {
    const answer = await handler(readRequest(operation, ctx))
    ctx.status = operation.status ?? 200
    ctx.set('Content-Type', 'application/json; charset=utf-8')
    ctx.body = JSON.stringify(operation.reply.parse(answer))
  })
}

/** Puts it on the router under its method and path, its body read. */
export function route(router: Router, operation: Operation, middleware: Middleware): void {
  const readers = operation.body ? [requireJson(operation.body), jsonOf(operation)] : []
  const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
  router[method](operation.path, ...readers, middleware)
}

/** @throws ShopError `bad_input` and the like for what the contract does not allow */
export function readRequest<P extends Schema, Q extends Schema, B extends Schema>(
  operation: Operation<P, Q, B>,
  ctx: Context,
  explain?: Explain,
): Request<P, Q, B> {
  const missing = operation.refusals.find((code) => code.endsWith('not_found')) ?? 'not_found'
  return {
    params: parse(operation.params, ctx.params, missing, explain),
    query: parse(operation.query, Object.fromEntries(queryOf(ctx)), missing, explain),
    body: parse(operation.body, ctx.request.body, missing, explain),
    ctx,
  }
}

function jsonOf(operation: Operation): Middleware {
  return bodyParser({
    enableTypes: ['json'],
    jsonLimit: JSON_LIMITS[operation.id] ?? JSON_LIMIT,
    onerror: (error, ctx) => {
      ctx.set('Connection', 'close') // what was not read would stand in the way of the next request
      fail((error as { status?: number }).status === 413 ? 'too_large' : 'bad_input')
    },
  })
}

/** No body at all will do where the contract can do without. */
function requireJson(schema: Schema): Middleware {
  const optional = schema.safeParse(undefined).success
  return async function requireJson(ctx, next) {
    const nothing = optional && ctx.get('Content-Type') === ''
    if (!nothing && !ctx.is('json')) fail('unsupported_media_type')
    await next()
  }
}

/** @throws ShopError `bad_input` for a query that is too long, malformed or says a key twice. */
export function queryOf(ctx: Context): ReadonlyMap<string, string> {
  return readQuery(ctx.querystring) ?? fail('bad_input', { field: 'query' })
}

/** Fields that have a refusal of their own. */
const OWN_REFUSALS = { email: 'bad_email', priceCents: 'bad_amount', amount: 'bad_amount' } as const

function parse<S extends Schema>(
  schema: S | undefined,
  value: unknown,
  missing: RefusalCode,
  explain?: Explain,
): z.output<S> {
  if (!schema) return undefined as z.output<S>
  const result = schema.safeParse(value, explain && { error: explain })
  if (result.success) return result.data as z.output<S>
  const [issue] = result.error.issues
  const field = issue?.path.join('.') || keysOf(issue) || 'body'
  if (field === 'id') fail(missing) // an id that cannot exist, like one that does not
  if (Object.hasOwn(OWN_REFUSALS, field)) fail(OWN_REFUSALS[field as keyof typeof OWN_REFUSALS], { field })
  return fail('bad_input', { field, ...(explain && { reason: issue?.message }) })
}

function keysOf(issue: unknown): string | undefined {
  const keys = (issue as { keys?: unknown }).keys
  return Array.isArray(keys) ? keys.join(',').slice(0, 100) : undefined
}

/** Who is signed in, behind the guard. */
export function signedInOf(ctx: Context): SignedIn {
  return (ctx.state.signedIn as SignedIn | undefined) ?? fail('sign_in_needed')
}
