/**
 * An operation of the API, declared once: the server parses by it and answers by it, the browser's client is
 * typed by it, and /openapi.json is printed from it. Schemas carry no transforms, so that all three agree.
 */
import type * as z from 'zod/mini'
import type { RefusalCode } from '../../core/errors.ts'
import type { Scope } from '../../core/vocabulary.ts'

type Schema = z.ZodMiniType

/**
 * Who may call: anyone, or a signed-in admin; `first-password` also lets in who has yet to choose a password;
 * `merchant` is a site with a bearer key.
 */
export type Audience = 'anyone' | 'admin' | 'first-password' | 'merchant'

export interface Operation<
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Reply extends Schema = Schema,
> {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As koa-router reads it: `/api/orders/:id`. */
  readonly path: string
  readonly summary: string
  readonly audience: Audience
  /** The caller may prove that an order is theirs with the header `X-Buyer-Token`. */
  readonly buyerToken?: boolean
  /** Payees, secrets and passwords: the admin's password must have been typed in the last 15 minutes. */
  readonly recentPassword?: boolean
  /** What a merchant's key must be allowed. */
  readonly scope?: Scope
  /** Only with a merchant's test key. */
  readonly testOnly?: boolean
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** The body is a PNG or JPEG picture instead of JSON. */
  readonly picture?: boolean
  readonly reply: Reply
  readonly status?: 200 | 201
  readonly refusals: readonly RefusalCode[]
}

export type ParamsOf<O> = O extends Operation<infer P, Schema, Schema, Schema> ? z.output<P> : never
export type QueryOf<O> = O extends Operation<Schema, infer Q, Schema, Schema> ? z.output<Q> : never
export type BodyOf<O> = O extends Operation<Schema, Schema, infer B, Schema> ? z.output<B> : never
export type ReplyOf<O> = O extends Operation<Schema, Schema, Schema, infer R> ? z.output<R> : never

export function operation<
  Params extends Schema,
  Query extends Schema,
  Body extends Schema,
  Reply extends Schema,
>(declaration: Operation<Params, Query, Body, Reply>): Operation<Params, Query, Body, Reply> {
  return declaration
}
