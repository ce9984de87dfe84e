/** The figures of the console's first page. */
import { sql } from 'kysely'
import { asNumber } from '../com/db/index.ts'
import { listOpenAlerts } from './alerts.ts'
import { listCodes } from './codes.ts'
import { countDeadCallbacks } from './dead-callbacks.ts'
import { countInbox } from './inbox-list.ts'
import { listDevices } from './listener-list.ts'
import { countStock, listProducts } from './products.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import type { Shop } from './shop.ts'
import { dayOf, startOfDay, zoneOffset } from './time-zone.ts'
import type { Channel } from './vocabulary.ts'

const DAY_MS = 86_400_000
const DAYS = 30

export interface Figures {
  readonly incomeCents: number
  readonly placed: number
  readonly paid: number
}

export async function readFigures(shop: Shop, from: number, to: number): Promise<Figures> {
  const placed = await shop.db
    .selectFrom('orders')
    .select((select) => select.fn.countAll().as('placed'))
    .where('created_at', '>=', from)
    .where('created_at', '<', to)
    .where('test_at', 'is', null)
    .executeTakeFirstOrThrow()
  const paid = await shop.db
    .selectFrom('orders')
    .select((select) => [select.fn.countAll().as('paid'), select.fn.sum('due_cents').as('income')])
    .where('paid_at', '>=', from)
    .where('paid_at', '<', to)
    .where('test_at', 'is', null)
    .executeTakeFirstOrThrow()
  return {
    incomeCents: asNumber(paid.income ?? 0),
    placed: asNumber(placed.placed),
    paid: asNumber(paid.paid),
  }
}

export async function readOverview(shop: Shop) {
  const { timeZone } = shop.settings.current
  const now = shop.now()
  const today = startOfDay(dayOf(now, timeZone), timeZone)
  return {
    today: await readFigures(shop, today, now + 1),
    yesterday: await readFigures(shop, today - DAY_MS, now - DAY_MS),
    days: await readDays(shop, today),
    channels: await readChannels(shop, today - (DAYS - 1) * DAY_MS),
    waiting: await readWaiting(shop),
    lowStock: await listLowStock(shop),
    listeners: await listDevices(shop),
    alerts: await listOpenAlerts(shop),
    steps: await readSteps(shop),
  }
}

/** Days without orders are there too, with zeros. A zone's change of clock inside the 30 days moves one hour. */
async function readDays(shop: Shop, today: number) {
  const { timeZone } = shop.settings.current
  const offset = zoneOffset(timeZone, today)
  const from = today - (DAYS - 1) * DAY_MS
  const group = async (column: 'created_at' | 'paid_at') => {
    const local = sql<number>`${sql.ref(column)} + ${offset}`
    const start = sql<number>`(${local}) - (${local}) % ${DAY_MS}`
    const rows = await shop.db
      .selectFrom('orders')
      .select((select) => [
        start.as('start'),
        select.fn.countAll().as('count'),
        select.fn.sum('due_cents').as('sum'),
      ])
      .where(column, '>=', from)
      .where('test_at', 'is', null)
      .groupBy('start')
      .execute()
    return new Map(rows.map((row) => [asNumber(row.start), row]))
  }
  const placed = await group('created_at')
  const paid = await group('paid_at')
  return Array.from({ length: DAYS }, (_, index) => {
    const start = from + index * DAY_MS + offset
    return {
      day: new Date(start).toISOString().slice(0, 10),
      placed: asNumber(placed.get(start)?.count ?? 0),
      paid: asNumber(paid.get(start)?.count ?? 0),
      incomeCents: asNumber(paid.get(start)?.sum ?? 0),
    }
  })
}

async function readChannels(shop: Shop, from: number) {
  const rows = await shop.db
    .selectFrom('orders')
    .select((select) => ['channel', select.fn.countAll().as('paid'), select.fn.sum('due_cents').as('income')])
    .where('paid_at', '>=', from)
    .where('test_at', 'is', null)
    .groupBy('channel')
    .execute()
  return rows.map((row) => ({
    channel: row.channel as Channel,
    paid: asNumber(row.paid),
    incomeCents: asNumber(row.income ?? 0),
  }))
}

async function readWaiting(shop: Shop) {
  const states = await shop.db
    .selectFrom('orders')
    .select((select) => ['state', select.fn.countAll().as('count')])
    .where('state', 'in', ['paid', 'paid_waiting_stock'])
    .where('merchant_id', 'is', null)
    .groupBy('state')
    .execute()
  const reported = await shop.db
    .selectFrom('orders')
    .select((select) => select.fn.countAll().as('count'))
    .where('reported_at', 'is not', null)
    .where('paid_at', 'is', null)
    .where('test_at', 'is', null)
    .where('state', 'in', ['pending', 'expired', 'cancelled'])
    .executeTakeFirstOrThrow()
  const deadMails = await shop.db
    .selectFrom('jobs')
    .select((select) => select.fn.countAll().as('count'))
    .where('done_at', 'is', null)
    .where('dead_at', 'is not', null)
    .where('kind', '!=', 'callback')
    .where('dead_at', '>=', shop.now() - 7 * DAY_MS)
    .executeTakeFirstOrThrow()
  const inState = (state: string) => asNumber(states.find((row) => row.state === state)?.count ?? 0)
  return {
    payments: await countInbox(shop),
    reported: asNumber(reported.count),
    stock: inState('paid_waiting_stock'),
    manual: inState('paid'),
    deadMails: asNumber(deadMails.count),
    deadCallbacks: [...(await countDeadCallbacks(shop)).values()].reduce((sum, count) => sum + count, 0),
  }
}

async function listLowStock(shop: Shop) {
  const products = await listProducts(shop)
  const stock = await countStock(shop)
  return products
    .filter((product) => product.delivery_kind === 'keys' && product.on_sale_at !== null)
    .map((product) => ({
      productId: product.id,
      name: product.name,
      stock: stock.get(product.id)?.free ?? 0,
      low: product.low_stock,
    }))
    .filter((product) => product.stock < product.low)
}

/** First steps of a new shop. */
async function readSteps(shop: Shop) {
  const settings = shop.settings.current
  const any = async (table: 'products' | 'listeners' | 'orders', column: string) => {
    const row = await shop.db
      .selectFrom(table)
      .select(sql<number>`1`.as('one'))
      .where(sql.ref(column), 'is not', null)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }
  return {
    shopName: settings.shopName !== DEFAULT_SETTINGS.shopName,
    publicUrl: settings.publicUrl !== '',
    codes: (await listCodes(shop)).some((code) => code.enabled_at !== null),
    listener: (await any('listeners', 'checked_at')) || (await any('listeners', 'noticed_at')),
    product: await any('products', 'on_sale_at'),
    firstPayment: await any('orders', 'paid_at'),
  }
}
