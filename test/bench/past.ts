/** Past orders with all that comes with them: half were paid and delivered, half expired. */
import { randomBytes } from 'node:crypto'
import { createPool } from 'mysql2/promise'
import { nanoid } from 'nanoid'
import { openEngine } from '../../com/db/sqlite-engine.ts'
import type { OrderRow } from '../../sql/schema.ts'
import type { Stand } from './stand.ts'

const DAY_MS = 86_400_000
/** Orders of one buyer. */
const LOYALTY = 4

/** Adds to the past orders that are there until they are `count`. */
export async function growPast(stand: Stand, url: string, count: number): Promise<void> {
  const { there } = await stand.shop.db
    .selectFrom('orders')
    .select((from) => from.fn.countAll<number>().as('there'))
    .where('seller_note', 'like', 'past%')
    .executeTakeFirstOrThrow()
  const missing = count - Number(there)
  if (missing <= 0) return
  const mark = `past ${count}`
  const fill = stand.shop.database.engine === 'mysql' ? fillMysql : fillSqlite
  await fill(url, pastOrders(stand, missing, mark), companyOf(stand, mark))
}

const AT_ONCE = 2_000

/** In portions, with ids in ascending order: trees grow at one end only, which is quicker, and look the same then. */
function* pastOrders(stand: Stand, count: number, mark: string): Generator<OrderRow[]> {
  const ids = Array.from({ length: count }, () => nanoid()).sort()
  const buyers = Array.from({ length: Math.ceil(count / LOYALTY) }, () => randomBytes(32).toString('hex'))
  const end = Date.now() - 2 * DAY_MS
  for (let from = 0; from < count; from += AT_ONCE) {
    yield ids.slice(from, from + AT_ONCE).map((id, index) => {
      const buyer = Math.floor(Math.random() * buyers.length)
      const at = end - Math.floor(Math.random() * 365 * DAY_MS)
      const product = stand.roomIds[index % 50] ?? ''
      const order = { id, product, buyer, buyerHash: buyers[buyer] ?? '', at, paid: index % 2 === 0, mark }
      return pastOrder(stand.accountId, order)
    })
  }
}

function pastOrder(
  accountId: string,
  it: {
    id: string
    product: string
    buyer: number
    buyerHash: string
    at: number
    paid: boolean
    mark: string
  },
): OrderRow {
  const due = 100 + (it.buyer % 5_000)
  const paidAt = it.paid ? it.at + 60_000 : null
  return {
    id: it.id,
    product_id: it.product,
    product_name: '月卡',
    quantity: 1,
    price_cents: due,
    due_cents: due,
    channel: 'alipay',
    account_id: accountId,
    code_id: null,
    code_payload: 'https://qr.alipay.com/fkx10000examplecode0001',
    code_fixed_at: null,
    state: it.paid ? 'delivered' : 'expired',
    email: `past${it.buyer}@example.com`,
    locale: 'zh-CN',
    buyer_hash: it.buyerHash,
    access_token: it.id,
    address: `10.${it.buyer % 200}.${it.buyer % 250}.1`,
    created_at: it.at,
    expires_at: it.at + 300_000,
    late_until: it.at + 420_000,
    extended_at: null,
    expired_at: it.paid ? null : it.at + 300_000,
    cancelled_at: null,
    paid_at: paidAt,
    paid_by: it.paid ? 'matched' : null,
    delivered_at: paidAt,
    delivered_text: it.paid ? 'thank you' : null,
    reported_at: null,
    seller_note: it.mark,
    merchant_id: null,
    test_at: null,
    amount_link: null,
    link_opened_at: null,
  }
}

/** Statements that make the events, payments and letters of the past orders out of the orders. */
function companyOf({ listenerId }: Stand, mark: string): string[] {
  const past = `from orders where seller_note = '${mark}'`
  const paid = `${past} and paid_at is not null`
  const event = (kind: string, step: number, which: string) =>
    `insert into order_events (id, order_id, at, step, kind, actor, detail)
      select concat(substr(id, 1, 19), '${kind.slice(0, 2)}'), id, created_at, ${step}, '${kind}', 'buyer', '{}' ${which}`
  return [
    event('placed', 0, past),
    event('expired', 3, `${past} and paid_at is null`),
    event('paid', 5, paid),
    event('delivered', 7, paid),
    `insert into payments (id, listener_id, account_id, channel, amount_cents, raw_price, raw_type, address,
        received_at, recorded_at, notice_key, match_kind, order_id, settles_order_id)
      select id, '${listenerId}', account_id, channel, due_cents, '1.00', channel, '198.51.100.7',
        paid_at, paid_at, null, 'matched', id, id ${paid}`,
    `insert into jobs (id, kind, job_key, order_id, payload, attempts, due_at, leased_by, leased_until, created_at,
        done_at, dead_at, last_error)
      select id, 'delivery_mail', concat('delivery_mail:', id), id, '{}', 1, paid_at, null, 0, paid_at,
        paid_at, null, null ${paid}`,
  ]
}

type Portions = Iterable<OrderRow[]>

/** As in fillSqlite; a table's indexes are made in one pass. */
async function fillMysql(url: string, portions: Portions, company: readonly string[]): Promise<void> {
  const pool = createPool({ uri: url, charset: 'utf8mb4_bin', connectionLimit: 1 })
  try {
    const [indexes] = (await pool.query(MYSQL_INDEXES)) as unknown as [
      { name: string; drops: string; adds: string }[],
    ]
    for (const { name, drops } of indexes) await pool.query(`alter table ${name} ${drops}`)
    for (const rows of portions) {
      const columns = Object.keys(rows[0] ?? {}).join()
      await pool.query(`insert into orders (${columns}) values ?`, [rows.map((row) => Object.values(row))])
    }
    for (const statement of company) await pool.query(statement)
    for (const { name, adds } of indexes) await pool.query(`alter table ${name} ${adds}`)
  } finally {
    await pool.end()
  }
}

const TABLES = `('orders', 'order_events', 'payments', 'jobs')`

const MYSQL_INDEXES = `select table_name as name, group_concat('drop index ', index_name) as drops,
    group_concat('add index ', index_name, ' (', columns, ')') as adds
  from (select table_name, index_name, group_concat(column_name order by seq_in_index) as columns
    from information_schema.statistics
    where table_schema = database() and non_unique = 1 and table_name in ${TABLES}
    group by table_name, index_name) as found
  group by table_name`

/** Indexes are made again at the end: sorted at once they take a tenth of the time. */
async function fillSqlite(url: string, portions: Portions, company: readonly string[]): Promise<void> {
  const engine = await openEngine(url.slice('sqlite:'.length))
  const say = (text: string) => engine.prepare(text).run([])
  const insert = (row: OrderRow) => {
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join()
    return engine.prepare(`insert into orders (${columns.join()}) values (${places})`)
  }
  try {
    engine.prepare('pragma cache_size = -500000').all([])
    const indexes = engine.prepare(SQLITE_INDEXES).all([]) as { name: string; sql: string }[]
    for (const { name } of indexes) say(`drop index ${name}`)
    let statement: ReturnType<typeof insert> | undefined
    for (const rows of portions) {
      say('begin immediate')
      for (const row of rows) (statement ??= insert(row)).run(Object.values(row).map(wholeNumber))
      say('commit')
    }
    for (const text of company) say(text)
    for (const { sql } of indexes) say(sql)
  } finally {
    engine.close()
  }
}

const SQLITE_INDEXES = `select name, sql from sqlite_master
  where type = 'index' and sql is not null and tbl_name in ${TABLES}`

function wholeNumber(value: string | number | null): string | bigint | null {
  return typeof value === 'number' ? BigInt(value) : value
}
