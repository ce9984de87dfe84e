/** What a listener sends in the query of a GET, read with bounds. */
import type { Context } from 'koa'
import type { Sender } from '../../core/signs-of-life.ts'
import { readQuery } from '../bounded-query.ts'
import { addressOf } from '../reader.ts'

export type Parameters = ReadonlyMap<string, string>

/** Says no in the words of a dialect. */
export type Refuse = (ctx: Context, msg: string) => void

const INCOMPLETE = '参数不完整或有重复'

/** Anything but a GET is refused, HEAD with it, and a query that is too long, malformed, or says a key twice. */
export function readGet(ctx: Context, refuse: Refuse): Parameters | undefined {
  if (ctx.method === 'GET') {
    const query = readQuery(ctx.querystring)
    if (!query) refuse(ctx, INCOMPLETE)
    return query
  }
  ctx.set('Allow', 'GET')
  refuse(ctx, '只支持 GET 请求')
  return undefined
}

/** Those parameters and no fewer. @param shapes what some of them look like in this dialect. */
export function pick<Name extends string>(
  ctx: Context,
  query: Parameters,
  refuse: Refuse,
  names: readonly Name[],
  shapes: Readonly<Record<string, RegExp>> = {},
): Readonly<Record<Name, string>> | undefined {
  const entries = names.map((name) => [name, query.get(name)] as const)
  const isWhole = entries.every(([name, value]) => value !== undefined && (shapes[name]?.test(value) ?? true))
  if (isWhole) return Object.fromEntries(entries) as Record<Name, string>
  refuse(ctx, INCOMPLETE)
  return undefined
}

/** From where, and what the app calls itself. */
export function senderOf(ctx: Context): Sender {
  const app = ctx.get('User-Agent').replaceAll(/[^\x20-\x7e]/g, '')
  return { address: addressOf(ctx), ...(app && { app: app.slice(0, 120) }) }
}
