import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRow } from '../../sql/schema.ts'
import { isDuplicate, migrate, openDb, RetryTransaction, statement, unlessThere } from './index.ts'
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

const addAll = statement((db, the: { rows: readonly (typeof TAKEN)[] }) =>
  db.insertInto('settings').values(the.rows),
)
const addJob = statement((db, row: JobRow) => unlessThere(db, db.insertInto('jobs').values(row)))

type Handle = Db['kysely']
const TAKEN = { name: 'a', value: 'x', updated_at: 1 }

function jobRow(id: string, key: string): JobRow {
  return {
    id,
    kind: 'delivery_mail',
    job_key: key,
    order_id: null,
    payload: '{}',
    attempts: 0,
    failures: 0,
    queue: '',
    due_at: 0,
    leased_by: null,
    leased_until: 0,
    created_at: 0,
    done_at: null,
    dead_at: null,
    last_error: null,
  }
}

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

  it('writes the rows of each call, however many', async () => {
    const row = (name: string, value: string) => ({ name, value, updated_at: 2 })
    expect(await addAll.run(db.kysely, { rows: [row('d', 'y')] })).toBe(1)
    expect(await addAll.run(db.kysely, { rows: [row('e', 'y'), row('f', 'z')] })).toBe(2)
    expect(await addAll.run(db.kysely, { rows: [row('g', 'z'), row('h', 'y')] })).toBe(2)
    const found = await find.all(db.kysely, { names: [...'abcdefgh'], value: 'y' })
    expect(found).toEqual(['d', 'e', 'h'].map((name) => ({ name, updated_at: 2 })))
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

  it('may wait, and is then run before what is said next and at the latest with the commit', async () => {
    await db.transaction(async (trx) => {
      await add.runLater(trx, { name: 'd', value: 'x', updated_at: 1 })
      await change.mustRunLater(trx, { name: 'd', value: 'y', since: 1 })
      expect(await find.all(trx, { names: ['d'], value: 'y' })).toEqual([{ name: 'd', updated_at: 9 }])
      await add.runLater(trx, { name: 'e', value: 'y', updated_at: 1 })
      await change.mustRunLater(trx, { name: 'e', value: 'z', since: 1 })
    })
    expect(await find.all(db.kysely, { names: ['d', 'e'], value: 'z' })).toEqual([
      { name: 'e', updated_at: 9 },
    ])
  })

  it('does not wait outside of transactions', async () => {
    await add.runLater(db.kysely, { name: 'd', value: 'x', updated_at: 1 })
    expect(await find.all(db.kysely, { names: ['d'], value: 'x' })).toHaveLength(1)
    const missing = change.mustRunLater(db.kysely, { name: 'nobody', value: 'y', since: 0 })
    await expect(missing).rejects.toThrow(RetryTransaction)
  })

  it.each([
    ['nothing is said after it', async () => undefined],
    [
      'a read is said after it',
      async (trx: Handle) => void (await find.all(trx, { names: ['a'], value: 'y' })),
    ],
    ['somebody minds a failure after it', (trx: Handle) => add.run(trx, TAKEN)],
    [
      'somebody does not mind a failure after it',
      (trx: Handle) => add.run(trx, TAKEN).catch(() => undefined),
    ],
  ])('that must find a row starts the transaction over when %s', async (_, after) => {
    let turns = 0
    await db.transaction(async (trx) => {
      turns += 1
      await add.runLater(trx, { name: `turn ${turns}`, value: 'x', updated_at: 1 })
      if (turns === 3) return
      await change.mustRunLater(trx, { name: 'nobody', value: 'y', since: 0 })
      await after(trx)
    })
    expect(turns).toBe(3)
    const names = ['turn 1', 'turn 2', 'turn 3']
    expect(await find.all(db.kysely, { names, value: 'x' })).toEqual([{ name: 'turn 3', updated_at: 1 }])
  })

  it.each([
    ['nothing is said after it', async () => undefined],
    [
      'a read is said after it',
      async (trx: Handle) => void (await find.all(trx, { names: ['a'], value: 'y' })),
    ],
    [
      'its failure is overheard',
      (trx: Handle) => find.all(trx, { names: ['a'], value: 'y' }).catch(() => undefined),
    ],
  ])('takes the whole transaction with it when it fails and %s', async (_, after) => {
    const failing = db.transaction(async (trx) => {
      await add.runLater(trx, { name: 'd', value: 'x', updated_at: 1 })
      await add.runLater(trx, TAKEN)
      await add.runLater(trx, { name: 'e', value: 'x', updated_at: 1 })
      await after(trx)
    })
    expect(isDuplicate(await failing.catch((error: unknown) => error))).toBe(true)
    expect(await find.all(db.kysely, { names: ['a', 'd', 'e'], value: 'x' })).toHaveLength(1)
  })

  it('leaves a row as it is whose key is taken, and takes no other error for that', async () => {
    await addJob.run(db.kysely, jobRow('j', 'k'))
    await addJob.run(db.kysely, jobRow('i', 'k'))
    await addJob.run(db.kysely, jobRow('j', 'l'))
    const rows = await db.kysely.selectFrom('jobs').select(['id', 'job_key']).execute()
    expect(rows).toEqual([{ id: 'j', job_key: 'k' }])
    await expect(addJob.run(db.kysely, jobRow('m', null as unknown as string))).rejects.toThrow()
  })

  it('keeps text as it is, and refuses a list where one value belongs', async () => {
    const value = `'"\\ 码上收 ? :name $1`
    expect(await change.run(db.kysely, { name: 'a', value, since: 0 })).toBe(1)
    expect(await find.all(db.kysely, { names: ['a', 'b'], value })).toEqual([{ name: 'a', updated_at: 9 }])
    const list = change.run(db.kysely, { name: 'a', value: ['x'] as unknown as string, since: 0 })
    await expect(list).rejects.toThrow()
  })
})
