import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { isAway, isTransient, migrate, openDb, statement } from './index.ts'
import type { Db } from './index.ts'
import { checkMustFind } from './mysql-driver.ts'
import { freshDatabase, sayToServer } from './test-engines.ts'
import type { FreshDatabase } from './test-engines.ts'
import { layWire, listen } from './test-wire.ts'
import type { Wire } from './test-wire.ts'

const HOUR = 3_600_000

let fresh: FreshDatabase
let db: Db
let wire: Wire

beforeEach(async () => {
  fresh = freshDatabase('mysql')
  wire = await layWire()
  const url = new URL(fresh.url)
  url.hostname = '127.0.0.1'
  url.port = String(wire.port)
  db = await openDb(url.href)
  await migrate(db)
  await db.kysely
    .insertInto('settings')
    .values(['a', 'b', 'log'].map((name) => ({ name, value: '', updated_at: 0 })))
    .execute()
})
afterEach(async () => {
  await db.close()
  await wire.close()
  await fresh.remove()
})

const add = (handle: Db['kysely'], name: string) =>
  handle
    .updateTable('settings')
    .set((row) => ({ updated_at: row('updated_at', '+', 1) }))
    .where('name', '=', name)
    .execute()

const addLater = statement((handle, the: { name: string }) =>
  handle
    .updateTable('settings')
    .set((row) => ({ updated_at: row('updated_at', '+', 1) }))
    .where('name', '=', the.name),
)

const amounts = async () => {
  const rows = await db.kysely.selectFrom('settings').select(['name', 'updated_at']).execute()
  return Object.fromEntries(rows.map(({ name, updated_at }) => [name, updated_at]))
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Two transactions that lock a and b crosswise the first time they run. */
function crossing(whenRefused: (error: unknown) => void) {
  let arrived = 0
  let runs = 0
  const cross = (first: string, second: string) =>
    db.transaction(async (trx) => {
      runs += 1
      await add(trx, first)
      arrived += 1
      while (arrived < 2) await sleep(5)
      await add(trx, second).catch(whenRefused)
      await add(trx, 'log').catch(whenRefused)
    })
  return { both: () => Promise.all([cross('a', 'b'), cross('b', 'a')]), runs: () => runs }
}

it('runs the loser of a deadlock again', async () => {
  const { both, runs } = crossing((error) => {
    throw error
  })
  await both()
  expect(runs()).toBe(3)
  expect(await amounts()).toEqual({ a: 2, b: 2, log: 2 })
})

it('runs the loser of a deadlock again, also when its body went on as if nothing had happened', async () => {
  const refused: unknown[] = []
  const { both, runs } = crossing((error) => refused.push(error))
  await both()
  expect(refused.every(isTransient)).toBe(true)
  expect(runs()).toBe(3)
  expect(await amounts()).toEqual({ a: 2, b: 2, log: 2 })
})

it('waits for every lock of what is said in one breath as long as for one alone', async () => {
  const holding = (name: string, ms: number) =>
    db.transaction(async (trx) => void (await add(trx, name), await sleep(ms)))
  const others = [holding('a', 2_800), holding('b', 5_600)]
  await sleep(200)
  let turns = 0
  await db.transaction(async (trx) => {
    turns += 1
    await addLater.runLater(trx, { name: 'a' })
    await addLater.runLater(trx, { name: 'b' })
  })
  await Promise.all(others)
  expect(turns).toBe(1)
  expect(await amounts()).toEqual({ a: 2, b: 2, log: 0 })
})

it('is not opened on a server that would go on after a change that found no row', async () => {
  const said: string[] = []
  const line = { say: async ({ sql }: { sql: string }) => void said.push(sql), release: () => undefined }
  const lenient = { take: async () => line, end: async () => undefined }
  await expect(checkMustFind(lenient)).rejects.toThrow('goes on')
  expect(said).toHaveLength(1)
})

it('takes no statement that is several', async () => {
  await expect(sql`delete from settings; delete from settings`.execute(db.kysely)).rejects.toThrow(
    'semicolon',
  )
  await expect(sql`select 1;`.execute(db.kysely)).rejects.toThrow('semicolon')
  expect(await amounts()).toEqual({ a: 0, b: 0, log: 0 })
})

it('reads the time from the database when the clock of the program is wrong', async () => {
  const right = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: right - HOUR })
  try {
    expect(Math.abs((await db.readClock()) - right)).toBeLessThan(5_000)
    expect(Math.abs(db.now() - right)).toBeLessThan(5_000)
    expect(Math.abs((await db.transaction(async (_, now) => now)) - right)).toBeLessThan(5_000)
  } finally {
    vi.useRealTimers()
  }
})

it('gives every connection the same manners', async () => {
  const { rows } = await sql<{ mode: string; zone: string; wait: number }>`
    select @@sql_mode as mode, @@time_zone as zone, @@innodb_lock_wait_timeout as wait`.execute(db.kysely)
  expect(rows).toEqual([
    { mode: 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', zone: '+00:00', wait: 3 },
  ])
  await db.transaction(async (trx) => {
    const read = async () =>
      (await trx.selectFrom('settings').select('value').where('name', '=', 'a').execute())[0]
    expect(await read()).toEqual({ value: '' })
    await sayToServer(
      `UPDATE ${new URL(fresh.url).pathname.slice(1)}.settings SET value = 'new' WHERE name = 'a'`,
    )
    expect(await read()).toEqual({ value: 'new' })
  })
})

it('lets a migration wait for the lease of a program that died, then go on', async () => {
  const file = { '0001_first.sql': 'CREATE TABLE first (n BIGINT)' }
  await sql`delete from schema_migrations`.execute(db.kysely)
  const heldUntil = (await db.readClock()) + 1_500
  await sql`update schema_leases set holder = 'gone', held_until = ${heldUntil}`.execute(db.kysely)
  await migrate(db, file)
  expect(await db.readClock()).toBeGreaterThan(heldUntil)
  expect((await sql`select * from first`.execute(db.kysely)).rows).toEqual([])
})

it('refuses a value that does not fit instead of cutting it', async () => {
  const long = { name: 'n'.repeat(65), value: '', updated_at: 0 }
  expect(await failure(db.kysely.insertInto('settings').values(long).execute())).toMatchObject({
    errno: 1406,
  })
})

it('reaches a server on this machine through its socket, and says that it is away when that is gone', async () => {
  const { rows } = await sql<{ path: string }>`select @@socket as path`.execute(db.kysely)
  const url = new URL(fresh.url)
  url.host = 'localhost'
  url.searchParams.set('socketPath', rows[0]?.path ?? '')
  const near = await openDb(url.href)
  const { rows: lines } = await sql<{ host: string }>`
    select host from information_schema.processlist where id = connection_id()`.execute(near.kysely)
  expect(lines).toEqual([{ host: 'localhost' }])
  await near.transaction((trx) => add(trx, 'a'))
  await near.close()
  expect(await amounts()).toEqual({ a: 1, b: 0, log: 0 })
  url.searchParams.set('socketPath', `${rows[0]?.path}-gone`)
  expect(await failure(openDb(url.href)).then((error) => [isAway(error), error])).toEqual([
    true,
    expect.objectContaining({ code: 'ENOENT' }),
  ])
})

it('says that the database is away when nobody listens', async () => {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  const error = await failure(openDb(`mysql://root@127.0.0.1:${port}/shop`))
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  expect(isAway(error)).toBe(true)
})

it('says within 4 s that the database is away when the server never greets', async () => {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).resume())
  const port = await listen(server)
  const began = performance.now()
  const error = await failure(openDb(`mysql://root@127.0.0.1:${port}/shop`))
  expect(isAway(error)).toBe(true)
  expect(performance.now() - began).toBeLessThan(4_000)
  server.close()
})

it('says within 6 s that the database is away when the server freezes, and recovers with it', async () => {
  wire.freeze()
  const began = performance.now()
  const [read, written] = await Promise.all([
    failure(amounts()),
    failure(db.transaction((trx) => add(trx, 'a'))),
  ])
  expect(performance.now() - began).toBeLessThan(6_000)
  expect([isAway(read), isAway(written)]).toEqual([true, true])
  wire.thaw()
  await db.transaction((trx) => add(trx, 'b'))
  expect(await amounts()).toEqual({ a: 0, b: 1, log: 0 })
}, 20_000)

it('throws the loss of the connection, keeps nothing and goes on with another', async () => {
  let runs = 0
  const lost = await failure(
    db.transaction(async (trx) => {
      runs += 1
      await add(trx, 'a')
      wire.cut()
      await add(trx, 'b')
    }),
  )
  expect(isAway(lost)).toBe(true)
  expect(runs).toBe(1)
  expect(await amounts()).toEqual({ a: 0, b: 0, log: 0 })
})

it('says within 4 s that no connection is free, and has one again afterwards', async () => {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const holders = Array.from({ length: 20 }, () => db.transaction(() => gate))
  await sleep(300)
  const began = performance.now()
  const error = await failure(amounts())
  expect(performance.now() - began).toBeLessThan(4_000)
  expect(error).toMatchObject({ code: 'DATABASE_BUSY' })
  expect(isAway(error)).toBe(true)
  open()
  await Promise.all(holders)
  expect(await amounts()).toEqual({ a: 0, b: 0, log: 0 })
}, 20_000)

it('says what to do when the database does not exist and the user may not make it', async () => {
  const user = `qrtill_${process.pid}`
  await sayToServer(`CREATE USER ${user}@'%' IDENTIFIED BY 'p@ss:/word'`)
  try {
    const url = new URL(freshDatabase('mysql').url)
    url.username = user
    url.password = encodeURIComponent('p@ss:/word')
    await expect(openDb(url.href)).rejects.toThrow(/does not exist .* CREATE DATABASE qrtill_db_/)
  } finally {
    await sayToServer(`DROP USER ${user}@'%'`)
  }
})

it('closes within 7 s although the server is frozen', async () => {
  wire.freeze()
  const began = performance.now()
  await db.close()
  expect(performance.now() - began).toBeLessThan(7_000)
}, 20_000)
