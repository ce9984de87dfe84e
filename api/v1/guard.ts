/**
 * The guard of our own API: deny by default. Whatever lies below /api/v1 needs a key, and is nothing but what the
 * contract declares for merchants; a key does what its scopes and its mode allow.
 */
import type { Context, Middleware } from 'koa'
import { fail } from '../../core/errors.ts'
import { findBearer, noteKeyUsed } from '../../core/merchant-keys.ts'
import { networkOf } from '../../core/network.ts'
import type { Mode, Scope } from '../../core/vocabulary.ts'
import type { MerchantKeyRow, MerchantRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import type { Operation } from '../contract/operation.ts'
import { findOperation, methodsOf } from '../operations.ts'
import { addressOf } from '../reader.ts'
import { isMerchantApi } from './path.ts'

/** Whose request it is. */
export interface Bearer {
  readonly merchant: MerchantRow
  readonly key: MerchantKeyRow
  readonly mode: Mode
}

export function guardMerchantApi(api: ApiContext): Middleware {
  const { shop } = api
  return async function guard(ctx, next) {
    if (!isMerchantApi(ctx.path)) return next()
    ctx.set('Cache-Control', 'no-store')
    const token = tokenOf(ctx)
    const found = (await findBearer(shop, token)) ?? (await refuseKey(api, ctx))
    const bearer: Bearer = { ...found, mode: found.key.kind === 'test' ? 'test' : 'live' }
    checkAllowed(bearer, operationOf(ctx))
    await noteKeyUsed(shop, bearer.key)
    ctx.state.bearer = bearer
    await next()
  }
}

/** Behind the guard. */
export function bearerOf(ctx: Context): Bearer {
  return (ctx.state.bearer as Bearer | undefined) ?? fail('key_needed')
}

function tokenOf(ctx: Context): string {
  const [, token] = /^Bearer +(\S{1,200})$/i.exec(ctx.get('Authorization')) ?? []
  if (token !== undefined) return token
  ctx.set('WWW-Authenticate', 'Bearer')
  return fail('key_needed', { field: 'Authorization' })
}

/** A right key is never limited; too many wrong ones from one address are told to wait. The key is not logged. */
async function refuseKey({ shop, badSignLimit }: ApiContext, ctx: Context): Promise<never> {
  const { limit, windowMs } = badSignLimit
  const net = networkOf(addressOf(ctx))
  const hit = limit > 0 ? await shop.store.hit(`bad-key:${net}`, limit, windowMs) : undefined
  shop.log.warn({ address: addressOf(ctx), path: ctx.path }, 'a wrong key')
  if (hit && !hit.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(hit.retryAfterMs / 1000) })
  ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"')
  return fail('wrong_key', { field: 'Authorization' })
}

function operationOf(ctx: Context): Operation {
  const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
  const operation = findOperation(method, ctx.path)
  if (operation?.audience === 'merchant') return operation
  const others = methodsOf(ctx.path)
  if (others.length === 0) return fail('not_found')
  ctx.set('Allow', others.join(', '))
  return fail('method_not_allowed')
}

function checkAllowed({ key, mode }: Bearer, { scope, testOnly }: Operation): void {
  const scopes = JSON.parse(key.scopes) as Scope[]
  if (scope && !scopes.includes(scope)) fail('scope_needed', { scope })
  if (testOnly && mode !== 'test') fail('test_key_needed')
}
