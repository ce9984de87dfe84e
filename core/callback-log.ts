/** What was sent to merchants' sites, and what they answered. */
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely'
import { asNumber } from '../com/db/index.ts'
import type { CallbackAttemptRow, CallbackRow, Database } from '../sql/schema.ts'
import { endOf, firstOf } from './day-bounds.ts'
import { fail } from './errors.ts'
import type { Shop } from './shop.ts'
import type { CallbackState, WebhookEvent } from './vocabulary.ts'

export interface CallbackFilter {
  readonly merchantId?: string | undefined
  readonly endpointId?: string | undefined
  /** A number of the order: our own, the merchant's, or the one between us. */
  readonly order?: string | undefined
  readonly state?: CallbackState | undefined
  readonly event?: WebhookEvent | undefined
  /** First and last day, `2026-11-22`, in the shop's time zone. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type ListedCallback = CallbackRow & {
  readonly merchant_name: string | null
  readonly pid: number | null
  readonly out_trade_no: string | null
  readonly attempts: number
  /** Of the last attempt; null when there was no answer, or no attempt yet. */
  readonly last_status: number | null
  readonly last_error: string
  /** When it is tried again; null when it is not. */
  readonly next_at: number | null
}

/** More orders than this do not have one number. */
const MOST_ORDERS = 50

type Callbacks = SelectQueryBuilder<Database, 'callbacks', object>

async function filtered(shop: Shop, filter: CallbackFilter): Promise<Callbacks> {
  let query: Callbacks = shop.db.selectFrom('callbacks')
  if (filter.merchantId) query = query.where('callbacks.merchant_id', '=', filter.merchantId)
  if (filter.endpointId) query = query.where('endpoint_id', '=', filter.endpointId)
  if (filter.order) query = query.where('callbacks.order_id', 'in', await findOrders(shop, filter.order))
  if (filter.event) query = query.where('event', '=', filter.event)
  if (filter.from) query = query.where('callbacks.created_at', '>=', firstOf(shop, filter.from))
  if (filter.to) query = query.where('callbacks.created_at', '<', endOf(shop, filter.to))
  const { state } = filter
  return state ? query.where((where) => inState(where, state)) : query
}

async function findOrders(shop: Shop, number: string): Promise<string[]> {
  const wanted = number.trim()
  const rows = await shop.db
    .selectFrom('merchant_orders')
    .select('order_id')
    .where((where) =>
      where.or([
        where('order_id', '=', wanted),
        where('out_trade_no', '=', wanted),
        where('trade_no', '=', wanted),
      ]),
    )
    .limit(MOST_ORDERS)
    .execute()
  return ['', ...rows.map((row) => row.order_id)] // never empty: that is no SQL
}

/** Rows in that state. */
export function inState(where: ExpressionBuilder<Database, 'callbacks'>, state: CallbackState) {
  if (state === 'delivered') return where('delivered_at', 'is not', null)
  const dead = where('dead_at', state === 'dead' ? 'is not' : 'is', null)
  return where.and([where('delivered_at', 'is', null), dead])
}

export function callbackState(row: Pick<CallbackRow, 'delivered_at' | 'dead_at'>): CallbackState {
  if (row.delivered_at !== null) return 'delivered'
  return row.dead_at === null ? 'waiting' : 'dead'
}

/** Newest first. */
export async function listCallbacks(
  shop: Shop,
  filter: CallbackFilter,
  page: number,
  size: number,
): Promise<{ callbacks: ListedCallback[]; total: number }> {
  const query = await filtered(shop, filter)
  const rows = await withNames(query)
    .orderBy('callbacks.created_at', 'desc')
    .orderBy('callbacks.id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
  const { total } = await query.select((from) => from.fn.countAll().as('total')).executeTakeFirstOrThrow()
  return { callbacks: await withAttempts(shop, rows), total: asNumber(total) }
}

/** All of an order's, oldest first. */
export async function listCallbacksOf(shop: Shop, orderId: string): Promise<ListedCallback[]> {
  const rows = await withNames(shop.db.selectFrom('callbacks').where('callbacks.order_id', '=', orderId))
    .orderBy('callbacks.created_at')
    .orderBy('callbacks.id')
    .execute()
  return withAttempts(shop, rows)
}

/** @throws ShopError `not_found` */
export async function getCallbackWithAttempts(
  shop: Shop,
  id: string,
): Promise<{ callback: ListedCallback; attempts: CallbackAttemptRow[] }> {
  const rows = await withNames(shop.db.selectFrom('callbacks').where('callbacks.id', '=', id)).execute()
  const [callback] = await withAttempts(shop, rows)
  return {
    callback: callback ?? fail('not_found', { what: 'callback' }),
    attempts: await listAttempts(shop, id),
  }
}

export async function listAttempts(shop: Shop, callbackId: string): Promise<CallbackAttemptRow[]> {
  return shop.db
    .selectFrom('callback_attempts')
    .selectAll()
    .where('callback_id', '=', callbackId)
    .orderBy('number')
    .orderBy('at')
    .execute()
}

function withNames(query: Callbacks) {
  return query
    .leftJoin('merchants', 'merchants.id', 'callbacks.merchant_id')
    .leftJoin('merchant_orders', 'merchant_orders.order_id', 'callbacks.order_id')
    .selectAll('callbacks')
    .select(['merchants.name as merchant_name', 'merchants.pid as pid', 'out_trade_no'])
}

/** How far the sending of a callback has come. */
export type Tries = Pick<ListedCallback, 'attempts' | 'last_status' | 'last_error' | 'next_at'>

export async function withAttempts<Row extends Pick<CallbackRow, 'id'>>(
  shop: Shop,
  rows: readonly Row[],
): Promise<(Row & Tries)[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const attempts = await shop.db
    .selectFrom('callback_attempts')
    .select(['callback_id', 'status', 'error'])
    .where('callback_id', 'in', ids)
    .orderBy('number')
    .orderBy('at')
    .execute()
  const keys = ids.map((id) => `callback:${id}`)
  const jobs = await shop.db
    .selectFrom('jobs')
    .select(['job_key', 'due_at'])
    .where('job_key', 'in', keys)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .execute()
  return rows.map((row) => {
    const own = attempts.filter((one) => one.callback_id === row.id)
    const last = own.at(-1)
    return {
      ...row,
      attempts: own.length,
      last_status: last?.status ?? null,
      last_error: last?.error ?? '',
      next_at: jobs.find((job) => job.job_key === `callback:${row.id}`)?.due_at ?? null,
    }
  })
}
