/** Lets a database finish what it put off while orders were laid: otherwise that is what would be measured. */
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import type { Engine } from '../../com/db/index.ts'
import { openEngine } from '../../com/db/sqlite-engine.ts'
import type { Database } from '../../sql/schema.ts'

/** What is still put off, by its name. */
type Backlog = Readonly<Record<string, number>>

const GIVE_UP_MS = 5 * 60_000
const LOOK_EVERY_MS = 250
/** An idle server's own housekeeping leaves that many now and then. */
const FEW = 100

/** @returns what was put off at first and what is left of it, in words. */
export async function settle(engine: Engine, url: string): Promise<string> {
  const [first, last] = engine === 'mysql' ? await settleMysql(url) : await settleSqlite(url)
  const words = Object.entries(first).map(([name, count]) => `${name} ${whole(count)} → ${whole(last[name])}`)
  return words.join(', ')
}

function whole(count = 0): string {
  return Math.round(count).toLocaleString('en')
}

/** @returns the first and the last look. */
async function wait(few: number, look: () => Promise<Backlog>): Promise<[Backlog, Backlog]> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  const first = await look()
  let last = first
  while (Object.values(last).some((count) => count > few) && performance.now() < giveUpAt) {
    await sleep(LOOK_EVERY_MS)
    last = await look()
  }
  return [first, last]
}

/** The till never runs ANALYZE here, so neither does this. */
async function settleSqlite(url: string): Promise<[Backlog, Backlog]> {
  const path = url.slice('sqlite:'.length)
  const engine = await openEngine(path)
  const checkpoint = engine.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
  try {
    return await wait(0, async () => {
      const { size } = await stat(`${path}-wal`)
      checkpoint.all([])
      return { 'kB of write-ahead log': size / 1024 }
    })
  } finally {
    engine.close()
  }
}

const LAID: readonly (keyof Database)[] = [
  'products',
  'amount_slots',
  'orders',
  'order_events',
  'payments',
  'jobs',
]

async function settleMysql(url: string): Promise<[Backlog, Backlog]> {
  const connection = await createConnection(url)
  try {
    await connection.query(`ANALYZE TABLE ${LAID.join()}`) // a shop that grew slowly has its statistics
    return await withHaste(connection, () => wait(FEW, () => backlogOf(connection)))
  } finally {
    await connection.end()
  }
}

const HASTE: Globals = {
  innodb_io_capacity: 20_000,
  innodb_io_capacity_max: 20_000,
  innodb_max_dirty_pages_pct: 0,
  innodb_max_dirty_pages_pct_lwm: 0,
}
/** In the order in which they can be set: of the former two, and of the latter, one never exceeds the other. */
const RAISING = ['innodb_io_capacity_max', 'innodb_io_capacity']
const LOWERING = ['innodb_io_capacity', 'innodb_io_capacity_max']
const SHARES = ['innodb_max_dirty_pages_pct', 'innodb_max_dirty_pages_pct_lwm']

type Globals = Readonly<Record<string, number>>

/** Lets the server write as fast as the disk takes it, rather than at its leisure, and only meanwhile. */
async function withHaste<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const usual = await readGlobals(connection, Object.keys(HASTE))
  await setGlobals(connection, HASTE, [...RAISING, ...SHARES])
  try {
    return await work()
  } finally {
    await setGlobals(connection, usual, [...LOWERING, ...SHARES])
  }
}

async function readGlobals(connection: Connection, names: readonly string[]): Promise<Globals> {
  const columns = names.map((name) => `@@GLOBAL.${name} AS ${name}`)
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${columns.join()}`)
  return rows[0] as unknown as Globals
}

async function setGlobals(connection: Connection, values: Globals, names: readonly string[]): Promise<void> {
  for (const name of names) await connection.query(`SET GLOBAL ${name} = ${values[name]}`)
}

/** Both servers count these without being told to; one that does not has nothing to wait for. */
const COUNTS: Backlog = { buffer_pool_pages_dirty: 0, trx_rseg_history_len: 0 }

async function backlogOf(connection: Connection): Promise<Backlog> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT name, count FROM information_schema.innodb_metrics WHERE name IN (?)',
    [Object.keys(COUNTS)],
  )
  const found = { ...COUNTS, ...Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)])) }
  return {
    'dirty pages': found.buffer_pool_pages_dirty,
    'old versions to purge': found.trx_rseg_history_len,
  }
}
