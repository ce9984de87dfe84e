/**
 * How an order stands, which every open page asks again and again. The order is read for each answer, but drawn only
 * when something is different from what was drawn before.
 */
import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { fail, ShopError } from '../core/errors.ts'
import { networkOf } from '../core/network.ts'
import { getOrderWithOthers, isProof } from '../core/orders.ts'
import type { Shop } from '../core/shop.ts'
import type { OrderRow } from '../sql/schema.ts'
import { showOrder } from './contract/orders.ts'
import { COMPRESSED_BYTES } from './finish.ts'
import { limit } from './limit.ts'
import { drawOrder, readSurroundings, type Surroundings } from './order-view.ts'
import { addressOf, buyerTokenOf } from './reader.ts'
import { beginAnswer } from './security-headers.ts'

interface Drawn {
  /** Every column of the order's row. */
  readonly columns: readonly unknown[]
  readonly proven: boolean
  readonly around: Surroundings
  /** The reply up to the time of day, which differs in every answer; one character per byte, as it is sent. */
  readonly text: string
  readonly tag: string
}

/** What was asked for last, by whom. The rest is drawn again. */
const MOST_KEPT = 10_000
const LONGEST_KEPT = 4_096

export function showStatus(shop: Shop): Middleware {
  const kept = new Map<string, Drawn>()

  function keep(key: string, drawn: Drawn): Drawn {
    kept.delete(key)
    if (drawn.text.length <= LONGEST_KEPT) kept.set(key, drawn)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return drawn
  }

  async function drawnFor(order: OrderRow, token: string | undefined): Promise<Drawn> {
    const key = `${order.id}${token ?? ''}`
    const before = kept.get(key)
    const columns = Object.values(order)
    const same = before && isSameRow(before.columns, columns) ? before : undefined
    const proven = same?.proven ?? isProof(order, token)
    const around = await readSurroundings(shop, order, proven)
    if (same && isSameAround(same.around, around)) return same
    return keep(key, { columns, proven, around, ...draw(drawOrder(order, around, proven)) })
  }

  return async function status(ctx) {
    const id = knownId(ctx.params.id)
    const order = await getOrderWithOthers(shop, id).catch((error: unknown) => miss(shop, ctx, error))
    answer(ctx, await drawnFor(order, buyerTokenOf(ctx)), shop.now())
  }
}

const ID = /^[A-Za-z0-9_-]{21}$/

/** @throws ShopError `order_not_found` */
export function knownId(id: unknown): string {
  return typeof id === 'string' && ID.test(id) ? id : fail('order_not_found')
}

/** Nobody finds an order by trying. */
async function miss(shop: Shop, ctx: Context, error: unknown): Promise<never> {
  const missed = error instanceof ShopError && error.code === 'order_not_found'
  if (missed) await limit(shop, `missed-order:${networkOf(addressOf(ctx))}`, 120, 60_000)
  throw error
}

function isSameRow(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((value, at) => value === now[at])
}

function isSameAround(before: Surroundings, now: Surroundings): boolean {
  for (const field in now) {
    const name = field as keyof Surroundings
    if (before[name] !== now[name] && !isAlike(before[name], now[name])) return false
  }
  return true
}

/** Lists and objects that are read anew each time. */
function isAlike(before: unknown, now: unknown): boolean {
  return typeof now === 'object' && JSON.stringify(before) === JSON.stringify(now)
}

function draw(view: ReturnType<typeof drawOrder>): Pick<Drawn, 'text' | 'tag'> {
  const { serverTime: _, ...lasting } = showOrder.reply.parse({ ...view, serverTime: 0 })
  const text = Buffer.from(JSON.stringify(lasting).slice(0, -1))
  const tag = `W/"${createHash('sha1').update(text).digest('base64url')}"`
  return { text: text.toString('latin1'), tag }
}

/** The same state is answered 304. */
function answer(ctx: Context, { text, tag }: Drawn, now: number): void {
  const body = `${text},"serverTime":${now}}`
  const { 'if-none-match': known, 'cache-control': wish } = ctx.req.headers
  const plainly = ctx.method === 'GET' && wish === undefined && (known === undefined || known === tag)
  if (!plainly || body.length >= COMPRESSED_BYTES) {
    ctx.set({ 'Cache-Control': CACHING, ETag: tag, 'Content-Type': JSON_TYPE })
    ctx.body = Buffer.from(body, 'latin1').toString()
    return
  }
  const headers = ['Cache-Control', CACHING, 'ETag', tag]
  if (known === tag) beginAnswer(ctx, 304, headers).end()
  else beginAnswer(ctx, 200, [...headers, ...ofBody(body)]).end(body, 'latin1')
}

const CACHING = 'private, no-cache'
const JSON_TYPE = 'application/json; charset=utf-8'

function ofBody(body: string) {
  return ['Content-Length', String(body.length), 'Content-Type', JSON_TYPE]
}
