import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDuplicate, migrate, openDb, statement } from './index.ts'
import type { Db, Engine } from './index.ts'
import { freshDatabase } from './test-engines.ts'
import type { FreshDatabase } from './test-engines.ts'

const ENGINES: Engine[] = ['sqlite', 'mysql']

let spelled = 0

const add = statement((db, row: { name: string; value: string; updated_at: number }) =>
  db.insertInto('settings').values(row),
)
const change = statement((db, the: { name: string; value: string; since: number }) =>
  db
    .updateTable('settings')
    .set({ value: the.value, updated_at: 9 })
    .where('name', '=', the.name)
    .where('updated_at', '>=', the.since),
)
const set = statement((db, the: { name: string; columns: { value?: string; updated_at?: number } }) =>
  db.updateTable('settings').set(the.columns).where('name', '=', the.name),
)
const find = statement((db, the: { names: readonly string[]; value: string }) => {
  spelled += 1
  const named = db.selectFrom('settings').select(['name', 'updated_at']).where('name', 'in', the.names)
  return named.where('value', '=', the.value).orderBy('name')
})

describe.each(ENGINES)('a statement that is spelled out once, on %s', (engine) => {
  let fresh: FreshDatabase
  let db: Db
  beforeEach(async () => {
    fresh = freshDatabase(engine)
    db = await openDb(fresh.url)
    await migrate(db)
    for (const name of ['a', 'b', 'c']) await add.run(db.kysely, { name, value: 'x', updated_at: 1 })
  })
  afterEach(async () => {
    await db.close()
    await fresh.remove()
  })

  it('is said with the values of each call, also in another order', async () => {
    expect(await change.run(db.kysely, { since: 0, value: 'y', name: 'b' })).toBe(1)
    expect(await change.run(db.kysely, { name: 'c', value: 'y', since: 2 })).toBe(0)
    expect(await find.all(db.kysely, { names: ['a', 'b', 'c'], value: 'x' })).toEqual([
      { name: 'a', updated_at: 1 },
      { name: 'c', updated_at: 1 },
    ])
    expect(await find.first(db.kysely, { value: 'y', names: ['c', 'b', 'a'] })).toEqual({
      name: 'b',
      updated_at: 9,
    })
    expect(await find.first(db.kysely, { value: 'z', names: ['a', 'b', 'c'] })).toBeUndefined()
  })

  it('is spelled anew only for lists of another length', async () => {
    const all = (...names: string[]) => find.all(db.kysely, { names, value: 'x' })
    spelled = 0
    expect(await all('a')).toHaveLength(1)
    expect(await all('b')).toEqual([{ name: 'b', updated_at: 1 }])
    expect(await all('a', 'c')).toHaveLength(2)
    expect(await all('c', '?')).toEqual([{ name: 'c', updated_at: 1 }])
    expect(spelled).toBe(2)
  })

  it('sets the columns of each call, and is spelled anew only for others', async () => {
    expect(await set.run(db.kysely, { name: 'a', columns: { value: 'y' } })).toBe(1)
    expect(await set.run(db.kysely, { name: 'b', columns: { value: 'z' } })).toBe(1)
    expect(await set.run(db.kysely, { name: 'b', columns: { updated_at: 7, value: 'y' } })).toBe(1)
    expect(await set.run(db.kysely, { name: 'c', columns: { value: 'y', updated_at: 8 } })).toBe(1)
    expect(await find.all(db.kysely, { names: ['a', 'b', 'c'], value: 'y' })).toEqual([
      { name: 'a', updated_at: 1 },
      { name: 'b', updated_at: 7 },
      { name: 'c', updated_at: 8 },
    ])
  })

  it('belongs to the transaction whose handle it gets', async () => {
    const failing = db.transaction(async (trx) => {
      expect(await change.run(trx, { name: 'a', value: 'y', since: 0 })).toBe(1)
      const twice = add.run(trx, { name: 'a', value: 'x', updated_at: 1 })
      expect(isDuplicate(await twice.catch((error: unknown) => error))).toBe(true)
      expect(await find.all(trx, { names: ['a'], value: 'y' })).toHaveLength(1)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await find.all(db.kysely, { names: ['a', 'b'], value: 'x' })).toHaveLength(2)
  })

  it('keeps text as it is, and refuses a list where one value belongs', async () => {
    const value = `'"\\ 码上收 ? :name $1`
    expect(await change.run(db.kysely, { name: 'a', value, since: 0 })).toBe(1)
    expect(await find.all(db.kysely, { names: ['a', 'b'], value })).toEqual([{ name: 'a', updated_at: 9 }])
    const list = change.run(db.kysely, { name: 'a', value: ['x'] as unknown as string, since: 0 })
    await expect(list).rejects.toThrow()
  })
})
