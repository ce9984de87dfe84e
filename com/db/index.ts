/** The database port: the embedded engine or MySQL, told apart by the URL and nowhere else. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import type { Dialect, Transaction } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import { createClock } from './clock.ts'
import { DatabaseAway, isTransient } from './errors.ts'
import { createInside, guardDialect } from './guard.ts'
import { mysqlDialect } from './mysql.ts'
import { sqliteDialect } from './sqlite.ts'

export { DatabaseAway, RetryTransaction, isAway, isDuplicate, isTransient } from './errors.ts'
export { migrate } from './migrate.ts'
export { statement } from './statement.ts'
export { unlessThere } from './unless-there.ts'

export type Engine = 'sqlite' | 'mysql'

export interface Db {
  readonly kysely: Kysely<Database>
  readonly engine: Engine
  /** Unix ms by the database's clock, estimated from the last known offset; for views and job pacing. */
  now(): number
  /** Unix ms, asked of the database; refreshes the offset. The embedded engine has the process's clock. */
  readClock(): Promise<number>
  /**
   * One transaction. `work` gets its handle and the moment read from the database at its start, and touches
   * nothing but the database: it is rolled back and run again, at most 8 times in 10 s, on deadlock, lock time-out,
   * a busy database or RetryTransaction. Any other error rolls back and is thrown; after one for which isAway
   * holds the outcome may be unknown.
   *
   * @param first reads what `work` needs first and what does not depend on the moment: both are asked for together.
   */
  transaction<T, R = undefined>(work: Work<T, R>, first?: First<R>): Promise<T>
  /** Waits for running transactions, 5 s at most. */
  close(): Promise<void>
}

/** @param found what was read first, where something was. */
export type Work<T, R = undefined> = (trx: Transaction<Database>, now: number, found: R) => Promise<T>
export type First<R> = (trx: Transaction<Database>) => Promise<R>

type Body<T> = (trx: Transaction<Database>) => Promise<T>

const RETRIES = 8
/** No further try after this time: whoever asked has stopped waiting. */
const RETRY_MS = 10_000
const CLOSING_MS = 5_000

/**
 * Opens the database and asks it once; does not migrate.
 *
 * @param url `sqlite:<path>` or `mysql://user:password@host:port/database`, of the latter with `?socketPath=<path>` to
 * reach it through its socket. Both are made when absent.
 * @param options.offsetMs added to every reading of the clock.
 */
export async function openDb(url: string, options: { offsetMs?: () => number } = {}): Promise<Db> {
  const engine: Engine = isMysql(url) ? 'mysql' : 'sqlite'
  const inside = createInside()
  const kysely = new Kysely<Database>({ dialect: guardDialect(await chooseDialect(url), inside) })
  const clock = createClock(engine, options.offsetMs ?? (() => 0))
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  function runOnce<T>(body: Body<T>): Promise<T> {
    return kysely.transaction().execute((trx) => inside.run(() => body(trx)))
  }

  async function runWithRetries<T>(body: Body<T>): Promise<T> {
    const giveUpAt = performance.now() + RETRY_MS
    for (let retries = 0; ; retries += 1) {
      try {
        return await runOnce(body)
      } catch (error) {
        if (retries === RETRIES || performance.now() > giveUpAt || !isTransient(error)) throw error
        await sleep(Math.random() * Math.min(250, 10 * 2 ** retries))
      }
    }
  }

  async function runWhileOpen<T>(body: Body<T>): Promise<T> {
    inside.refuse()
    if (closing) throw new DatabaseAway('DATABASE_CLOSED', 'The database is being closed')
    const run = runWithRetries(body)
    running.add(run)
    try {
      return await run
    } finally {
      running.delete(run)
    }
  }

  async function closeOnce(): Promise<void> {
    await Promise.race([Promise.allSettled(running), sleep(CLOSING_MS, undefined, { ref: false })])
    await kysely.destroy()
  }

  const db: Db = {
    kysely,
    engine,
    now: () => clock.now(),
    async readClock() {
      inside.refuse()
      return clock.read(kysely)
    },
    transaction: <T, R = undefined>(work: Work<T, R>, first?: First<R>) =>
      runWhileOpen(async (trx) => {
        if (!first) return work(trx, await clock.read(trx), undefined as R)
        const { now, found } = await clock.readWith(trx, () => first(trx))
        return work(trx, now, found)
      }),
    close: () => (closing ??= closeOnce()),
  }

  try {
    await db.kysely.connection().execute(clock.read)
  } catch (error) {
    await db.close()
    throw error
  }
  return db
}

/** MariaDB speaks the same protocol. */
function isMysql(url: string): boolean {
  return /^(mysql|mariadb):/.test(url)
}

/** The database is a file of this machine. */
export function isEmbedded(url: string): boolean {
  return url.startsWith('sqlite:')
}

function chooseDialect(url: string): Promise<Dialect> {
  if (isMysql(url)) return mysqlDialect(url)
  if (isEmbedded(url)) return sqliteDialect(url.slice('sqlite:'.length))
  throw new Error('A database URL starts with sqlite: or mysql://')
}

/**
 * Reads a count or a sum, which MySQL may answer as text.
 *
 * @returns 0 for null, which is the sum of no rows.
 * @throws TypeError for what is not a number.
 */
export function asNumber(value: unknown): number {
  if (value === null) return 0
  const known =
    typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '')
  const number = known ? Number(value) : Number.NaN
  if (!Number.isFinite(number)) throw new TypeError('The database did not answer a number')
  return number
}
