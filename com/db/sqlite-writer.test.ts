import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isAway, isTransient } from './errors.ts'
import { openEngine } from './sqlite-engine.ts'
import { createSpeaker } from './sqlite-speaker.ts'
import type { Speaker } from './sqlite-speaker.ts'
import { createWriter } from './sqlite-writer.ts'
import type { Writer } from './sqlite-writer.ts'

const FULL = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL', rawCode: 13 })

let folder: string
let real: Speaker
let writer: Writer
let said: string[]
/** What happens instead of a statement that begins so. */
let trouble: { at: string; happens: () => Promise<never> } | undefined

const raw = (sql: string, ...values: unknown[]) => CompiledQuery.raw(sql, values)
const tell = (sql: string) => real.say(raw(sql))
const insert = (name: string) => raw('insert into t values (?)', name)
const names = async () =>
  (await real.say<{ name: string }>(raw('select name from t order by name'))).rows.map((row) => row.name)
const count = (start: string) => said.filter((sql) => sql.startsWith(start)).length

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qrtill-writer-'))
  real = createSpeaker(await openEngine(join(folder, 'shop.db')))
  await tell('create table t (name text primary key)')
  said = []
  trouble = undefined
  writer = createWriter({
    async say(query) {
      said.push(query.sql)
      if (trouble && query.sql.startsWith(trouble.at)) return trouble.happens()
      return real.say(query)
    },
    close: () => real.close(),
  })
})
afterEach(async () => {
  await writer.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As the driver does it. */
async function transaction(...queries: readonly CompiledQuery[]): Promise<void> {
  await writer.begin()
  const { ended } = await body(queries).catch(async (error: unknown) => {
    await writer.rollback()
    throw error
  })
  await ended
}

async function body(queries: readonly CompiledQuery[]) {
  for (const query of queries) await writer.say(query)
  return writer.release()
}

const outcomes = async (works: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(works)).map((one) =>
    one.status === 'fulfilled' ? 'kept' : (one.reason as unknown),
  )

it('puts what comes at one moment on the disk at once, and tells nobody before', async () => {
  let told = 0
  const works = ['a', 'b', 'c'].map(async (name) => {
    await transaction(insert(name))
    expect(count('commit')).toBe(1)
    told += 1
  })
  await Promise.all([...works, writer.sayAlone(insert('d'))])
  expect([told, count('begin'), await names()]).toEqual([3, 1, ['a', 'b', 'c', 'd']])
  await transaction(insert('e'))
  expect(count('commit')).toBe(2)
})

it('keeps the others of a round when one of them fails', async () => {
  const results = await outcomes([
    transaction(insert('a')),
    transaction(insert('b'), insert('a')),
    writer.sayAlone(insert('a')),
    transaction(insert('c')),
  ])
  expect([results[0], results[3], await names()]).toEqual(['kept', 'kept', ['a', 'c']])
  expect([results[1], results[2]].every((error) => error instanceof Error)).toBe(true)
})

it('lets those start over whose round ended in a fault of another, and keeps nothing of it', async () => {
  trouble = {
    at: 'update',
    async happens() {
      await tell('rollback') // as the engine may do by itself on a full disk
      throw FULL
    },
  }
  const [first, second, third] = await outcomes([
    transaction(insert('a')),
    transaction(insert('b'), raw("update t set name = 'x'")),
    transaction(insert('c')),
  ])
  expect([isTransient(first), second, third, await names()]).toEqual([true, FULL, 'kept', ['c']])
})

it('tells whoever gives up only when what made it give up is on the disk', async () => {
  const kept = transaction(insert('a'))
  const refused = transaction(insert('b'), insert('a'))
  await expect(refused).rejects.not.toSatisfy(isTransient)
  expect([count('commit'), await names()]).toEqual([1, ['a']])
  await kept
})

it('lets whoever gave up start over when what made it give up was lost', async () => {
  trouble = { at: 'commit', happens: () => Promise.reject(FULL) }
  const [first, refused] = await outcomes([transaction(insert('a')), transaction(insert('b'), insert('a'))])
  expect([first, isTransient(refused), await names()]).toEqual([FULL, true, []])
})

it('tells everyone of a round when it cannot be committed, and goes on with the next', async () => {
  trouble = {
    at: 'commit',
    happens: async () => {
      trouble = undefined
      throw FULL
    },
  }
  const results = await outcomes([transaction(insert('a')), writer.sayAlone(insert('b'))])
  expect([results, isAway(results[0]), await names()]).toEqual([[FULL, FULL], true, []])
  await transaction(insert('a'))
  expect(await names()).toEqual(['a'])
})

it('waits for whoever is at it before it commits, and lets nobody else in between', async () => {
  await writer.begin()
  await writer.say(insert('a'))
  const others = [transaction(insert('b')), writer.sayAlone(raw('pragma user_version = 7'))]
  await sleep(20)
  expect(said.at(-1)).toBe(insert('a').sql)
  await (
    await writer.release()
  ).ended
  await Promise.all(others)
  expect(await names()).toEqual(['a', 'b'])
  expect(said.indexOf('pragma user_version = 7')).toBeGreaterThan(said.indexOf('commit'))
})

it('ends an unfinished transaction when it closes', async () => {
  await transaction(insert('a'))
  await writer.begin()
  await writer.say(insert('b'))
  await writer.close()
  const after = createSpeaker(await openEngine(join(folder, 'shop.db')))
  expect((await after.say(raw('select name from t'))).rows).toEqual([{ name: 'a' }])
  after.close()
})
