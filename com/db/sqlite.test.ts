import { existsSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isAway, migrate, openDb } from './index.ts'
import type { Db } from './index.ts'
import { freshDatabase } from './test-engines.ts'
import type { FreshDatabase } from './test-engines.ts'

let fresh: FreshDatabase
let db: Db

beforeEach(async () => {
  fresh = freshDatabase('sqlite')
  db = await openDb(fresh.url)
  await migrate(db)
})
afterEach(async () => {
  await db.close()
  await fresh.remove()
})

const path = () => fresh.url.slice('sqlite:'.length)
const pragma = async (name: string) => {
  const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(db.kysely)
  return rows[0]?.[name]
}

it('keeps what it has acknowledged through a power cut: write-ahead log, full synchronisation', async () => {
  expect(await pragma('journal_mode')).toBe('wal')
  expect(await pragma('synchronous')).toBe(2)
  expect(await pragma('foreign_keys')).toBe(1)
})

it('lets nobody else read the file or its log', async () => {
  await db.kysely.insertInto('settings').values({ name: 'a', value: 'x', updated_at: 1 }).execute()
  for (const file of [path(), `${path()}-wal`]) {
    expect(existsSync(file)).toBe(true)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  }
})

it('binds integers and truths as integers, fractions as reals, nothing as null', async () => {
  const types = async (value: unknown) => (await sql`select typeof(${value}) as t`.execute(db.kysely)).rows
  for (const value of [0, 7, 2 ** 31, 1_763_836_800_123, -3, 9n, true, false, new Date(0)]) {
    expect(await types(value)).toEqual([{ t: 'integer' }])
  }
  expect(await types(0.5)).toEqual([{ t: 'real' }])
  expect(await types(undefined)).toEqual([{ t: 'null' }])
  await expect(types(Number.NaN)).rejects.toThrow(TypeError)
  await db.kysely
    .insertInto('settings')
    .values({ name: 'a', value: 'x', updated_at: 2 ** 40 })
    .execute()
  expect((await sql`select typeof(updated_at) as t from settings`.execute(db.kysely)).rows).toEqual([
    { t: 'integer' },
  ])
})

it('waits for a second program that is writing, without holding up its own', async () => {
  const other = await openDb(fresh.url)
  const insert = (handle: Db, name: string, ms: number) =>
    handle.transaction(async (trx) => {
      await trx.insertInto('settings').values({ name, value: 'x', updated_at: 1 }).execute()
      await sleep(ms)
    })
  const first = insert(other, 'a', 300)
  await sleep(50)
  await insert(db, 'b', 0)
  await first
  await other.close()
  expect(await db.kysely.selectFrom('settings').select('name').orderBy('name').execute()).toHaveLength(2)
})

it('answers what is asked while a transaction runs, without what that has yet to commit', async () => {
  const names = async () =>
    (await db.kysely.selectFrom('settings').select('name').execute()).map((row) => row.name)
  let end: () => void = () => undefined
  const ending = new Promise<void>((resolve) => (end = resolve))
  const running = db.transaction(async (trx) => {
    await trx.insertInto('settings').values({ name: 'a', value: 'x', updated_at: 1 }).execute()
    await ending
  })
  await sleep(20)
  expect(await names()).toEqual([])
  end()
  await running
  expect(await names()).toEqual(['a'])
})

it('says that it is away when the file is not a place it can write to', async () => {
  writeFileSync(`${path()}.d`, '')
  const opening = openDb(`sqlite:${path()}.d/shop.db`)
  await expect(opening).rejects.toThrow()
  await sql`pragma query_only = on`.execute(db.kysely)
  const refused = await db.kysely
    .deleteFrom('settings')
    .execute()
    .catch((error: unknown) => error)
  expect(isAway(refused)).toBe(true)
})
