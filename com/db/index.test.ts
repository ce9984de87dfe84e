import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RetryTransaction, asNumber, isDuplicate, migrate, openDb } from './index.ts'
import type { Db, Engine } from './index.ts'
import { freshDatabase } from './test-engines.ts'
import type { FreshDatabase } from './test-engines.ts'

const ENGINES: Engine[] = ['sqlite', 'mysql']
const HOUR = 3_600_000

describe.each(ENGINES)('the database port on %s', (engine) => {
  let fresh: FreshDatabase
  let db: Db

  beforeEach(async () => {
    fresh = freshDatabase(engine)
    db = await openDb(fresh.url)
    await migrate(db)
  })
  afterEach(async () => {
    await db.close()
    await fresh.remove()
  })

  const setting = (name: string, updated_at = 1) => ({ name, value: 'x', updated_at })
  const insert = (handle: Db['kysely'], name: string) =>
    handle.insertInto('settings').values(setting(name)).execute()
  const names = async () => {
    const rows = await db.kysely.selectFrom('settings').select('name').orderBy('name').execute()
    return rows.map(({ name }) => name)
  }

  it('keeps nothing of a transaction that throws', async () => {
    const failing = db.transaction(async (trx) => {
      await insert(trx, 'a')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await names()).toEqual([])
  })

  it('answers what the body of a transaction answers, and keeps what it wrote', async () => {
    const answer = await db.transaction(async (trx) => {
      await insert(trx, 'a')
      return 7
    })
    expect(answer).toBe(7)
    expect(await names()).toEqual(['a'])
  })

  it('runs a transaction that lost a race from its beginning, without what it had written', async () => {
    let runs = 0
    await db.transaction(async (trx) => {
      runs += 1
      await insert(trx, `run ${runs}`)
      if (runs < 3) throw new RetryTransaction()
    })
    expect(await names()).toEqual(['run 3'])
  })

  it('gives up after eight retries', async () => {
    let runs = 0
    const hopeless = db.transaction(() => {
      runs += 1
      throw new RetryTransaction()
    })
    await expect(hopeless).rejects.toBeInstanceOf(RetryTransaction)
    expect(runs).toBe(9)
  })

  it('fails only the statement that meets a duplicate, and the transaction goes on', async () => {
    await db.transaction(async (trx) => {
      await insert(trx, 'a')
      const second = await insert(trx, 'a').catch((error: unknown) => error)
      expect(isDuplicate(second)).toBe(true)
      await insert(trx, 'b')
    })
    expect(await names()).toEqual(['a', 'b'])
  })

  it('takes names that differ in case for different, in keys and in patterns', async () => {
    await insert(db.kysely, 'a')
    await insert(db.kysely, 'A')
    const found = await db.kysely.selectFrom('settings').select('name').where('name', 'like', 'a%').execute()
    expect(found).toEqual([{ name: 'a' }])
  })

  it('refuses the outer handle and a second transaction inside a transaction', async () => {
    await db.transaction(async (trx) => {
      await expect(insert(db.kysely, 'a')).rejects.toThrow('only its own handle')
      await expect(db.readClock()).rejects.toThrow('only its own handle')
      await expect(db.transaction(async () => 1)).rejects.toThrow('only its own handle')
      await insert(trx, 'b')
    })
    expect(await names()).toEqual(['b'])
  })

  it('allows the outer handle to work that a transaction started once it has ended', async () => {
    let later: Promise<unknown> = Promise.resolve()
    await db.transaction(async () => {
      later = sleep(100).then(() => insert(db.kysely, 'later'))
    })
    await later
    expect(await names()).toEqual(['later'])
  })

  it('lets exactly one of fifty concurrent conditional updates win', async () => {
    await db.kysely.insertInto('settings').values(setting('a', 0)).execute()
    const attempts = Array.from({ length: 50 }, (_, index) =>
      db.transaction(async (trx) => {
        const change = trx.updateTable('settings').set({ value: String(index), updated_at: 1 })
        const { numUpdatedRows } = await change.where('updated_at', '=', 0).executeTakeFirstOrThrow()
        return Number(numUpdatedRows)
      }),
    )
    const won = await Promise.all(attempts)
    expect(won.filter((count) => count === 1)).toHaveLength(1)
    const { value } = await db.kysely.selectFrom('settings').select('value').executeTakeFirstOrThrow()
    expect(Number(value)).toBe(won.indexOf(1))
  })

  it('counts the rows an update found, also those that were so already', async () => {
    await insert(db.kysely, 'a')
    const same = db.kysely.updateTable('settings').set({ value: 'x' })
    expect((await same.where('name', '=', 'a').executeTakeFirstOrThrow()).numUpdatedRows).toBe(1n)
    expect((await same.where('name', '=', 'b').executeTakeFirstOrThrow()).numUpdatedRows).toBe(0n)
    const { numDeletedRows } = await db.kysely.deleteFrom('settings').executeTakeFirstOrThrow()
    expect(numDeletedRows).toBe(1n)
  })

  it.each([0, -1, 2 ** 31, 1_763_836_800_123, Number.MAX_SAFE_INTEGER])(
    'reads back the integer %d',
    async (n) => {
      await db.kysely.insertInto('settings').values(setting('a', n)).execute()
      const found = db.kysely.selectFrom('settings').select('updated_at').where('updated_at', '=', n)
      expect(await found.execute()).toEqual([{ updated_at: n }])
    },
  )

  it('reads counts and sums as numbers, and the sum of no rows as 0', async () => {
    const read = async () => {
      const query = db.kysely.selectFrom('settings')
      const row = await query
        .select((row) => [row.fn.countAll().as('n'), row.fn.sum('updated_at').as('sum')])
        .executeTakeFirstOrThrow()
      return [asNumber(row.n), asNumber(row.sum)]
    }
    expect(await read()).toEqual([0, 0])
    await db.kysely
      .insertInto('settings')
      .values([setting('a', 2 ** 40), setting('b', 1)])
      .execute()
    expect(await read()).toEqual([2, 2 ** 40 + 1])
    expect(() => asNumber('many')).toThrow(TypeError)
  })

  it('refuses a list or an object where one value belongs', async () => {
    const list = sql`select ${['a', 'b']} as x`.execute(db.kysely)
    await expect(list).rejects.toThrow('cannot be a parameter')
    const object = sql`select ${{ name: 1 }} as x`.execute(db.kysely)
    await expect(object).rejects.toThrow('cannot be a parameter')
  })

  it('keeps text as it is: quotes, backslashes, Chinese, pictograms', async () => {
    const value = `'"\\ 码上收 🧾 \n; -- /*`
    await db.kysely
      .insertInto('settings')
      .values({ ...setting('a'), value })
      .execute()
    expect(await db.kysely.selectFrom('settings').select('value').execute()).toEqual([{ value }])
  })

  it('adds the given offset to every reading of the clock', async () => {
    const ahead = await openDb(fresh.url, { offsetMs: () => HOUR })
    const readings = [ahead.now(), await ahead.readClock(), await ahead.transaction(async (_, now) => now)]
    await ahead.close()
    for (const reading of readings) {
      expect(Number.isInteger(reading)).toBe(true)
      expect(Math.abs(reading - Date.now() - HOUR)).toBeLessThan(2_000)
    }
  })

  it('lets a running transaction end before it closes, and starts none after', async () => {
    const other = await openDb(fresh.url)
    const running = other.transaction(async (trx) => {
      await sleep(200)
      await insert(trx, 'a')
    })
    await sleep(50)
    const closed = other.close()
    await expect(other.transaction(async () => 1)).rejects.toMatchObject({ code: 'DATABASE_CLOSED' })
    await Promise.all([running, closed])
    expect(await names()).toEqual(['a'])
  })
})
