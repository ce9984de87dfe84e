/**
 * Kysely's driver for MySQL. What can wait is said in one breath with what comes next: a round trip to the server costs
 * more than most statements. The server carries such statements out one after another and stops at the first that fails.
 */
import { CompiledQuery } from 'kysely'
import type { DatabaseConnection, Driver, QueryResult } from 'kysely'
import { LOCK_WAIT_S, type CarefulPool, type Line } from './mysql-pool.ts'
import { errorOf, hearerOf, waitOf } from './waiting-query.ts'

/** Statements that begin so may take minutes: a schema change on a large table. */
export const MAY_BE_SLOW = '/* migration */ '

const BETWEEN_STATEMENTS = ';\n'

const QUERY_MS = 5_000
const SLOW_QUERY_MS = 30 * 60_000

/**
 * Said after a change that must find a row. Where that found none, this is too large a number: it fails, and nothing
 * after it is carried out, least of all the commit.
 */
const MUST_FIND = CompiledQuery.raw('set @must_find = 9223372036854775807 + (row_count() = 0)')
const TOO_LARGE = 1690

const BEGIN = CompiledQuery.raw('begin')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

interface Connection extends DatabaseConnection {
  begin(): void
  commit(): Promise<void>
  rollback(): Promise<void>
  release(): void
}

export function mysqlDriver(pool: CarefulPool): Driver {
  return {
    init: async () => undefined,
    acquireConnection: async () => connect(await pool.take()),
    beginTransaction: async (connection) => own(connection).begin(),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: async (connection) => own(connection).release(),
    destroy: () => pool.end(),
  }
}

/**
 * Asks the server, and what may stand in front of it, once whether it stops where it must: all money rests on that.
 *
 * @throws Error when it goes on.
 */
export async function checkMustFind(pool: CarefulPool): Promise<void> {
  const line = await pool.take()
  const finding = CompiledQuery.raw('set @must_find = 0') // which finds no row
  try {
    await line.say(textOf([finding, MUST_FIND]))
  } catch (error) {
    if (numberOf(error) === TOO_LARGE) return
    throw error
  } finally {
    line.release()
  }
  throw new Error('This server goes on after a change that found no row; MySQL and MariaDB do not')
}

function own(connection: DatabaseConnection): Connection {
  return connection as Connection
}

function connect(line: Line): Connection {
  /** What the open transaction has not said yet, its beginning included; undefined outside of transactions. */
  let waiting: CompiledQuery[] | undefined
  /** One that had waited failed or found no row. Whoever said it is past it, so the transaction cannot go on. */
  let lost: unknown

  /** @returns the result of the last one. */
  async function say(queries: readonly CompiledQuery[]): Promise<QueryResult<unknown>> {
    if (lost !== undefined) throw lost
    const results = (await sayTogether(queries)).map(toResult)
    queries.forEach((query, at) => hearerOf(query)?.(results[at] as QueryResult<unknown>))
    return results.at(-1) as QueryResult<unknown>
  }

  async function sayTogether(queries: readonly CompiledQuery[]): Promise<readonly unknown[]> {
    let done = 0
    try {
      const answer = await line.say({ ...textOf(queries), onDone: () => (done += 1) })
      return queries.length > 1 ? (answer as unknown[]) : [answer]
    } catch (error) {
      const failed = queries[done]
      if (failed === MUST_FIND && numberOf(error) === TOO_LARGE) throw (lost = errorOf(queries[done - 1]))
      if (done < queries.length - 1) lost = error
      throw error
    }
  }

  function takeWaiting(): CompiledQuery[] {
    return waiting?.splice(0) ?? []
  }

  return {
    begin() {
      waiting = [BEGIN]
    },
    async executeQuery<R>(query: CompiledQuery) {
      refuseSeveral(query)
      if (waiting && waitOf(query)) {
        waiting.push(query)
        if (waitOf(query) === 'finds') waiting.push(MUST_FIND)
        return { rows: [] }
      }
      return (await say([...takeWaiting(), query])) as QueryResult<R>
    },
    async commit() {
      if (waiting?.at(-1) !== BEGIN) await say([...takeWaiting(), COMMIT])
      waiting = undefined
    },
    async rollback() {
      const [first] = takeWaiting()
      waiting = undefined
      lost = undefined
      if (first !== BEGIN) await say([ROLLBACK])
    },
    release: () => line.release(),
    streamQuery() {
      throw new Error('Rows are not streamed; page through them')
    },
  }
}

function textOf(queries: readonly CompiledQuery[]) {
  return {
    sql: queries.map(({ sql }) => sql).join(BETWEEN_STATEMENTS),
    values: queries.flatMap(({ parameters }) => parameters),
    timeoutMs: queries.some(({ sql }) => sql.startsWith(MAY_BE_SLOW)) ? SLOW_QUERY_MS : timeFor(queries),
  }
}

/**
 * Each change may wait for a lock, and must then fail by itself: a text that is given up may be carried out all the
 * same. But no longer than that, because a server that is frozen is noticed by this alone.
 */
function timeFor(queries: readonly CompiledQuery[]): number {
  const changes = queries.filter(({ sql }) => CHANGES_ROWS.test(sql)).length
  return QUERY_MS + Math.max(0, changes - 1) * LOCK_WAIT_S * 1_000
}

const CHANGES_ROWS = /^\s*(?:insert|update|delete)\b/i

/** Only this file makes several statements of one: whatever else slipped into a statement would not be one of them. */
function refuseSeveral({ sql }: CompiledQuery): void {
  if (sql.includes(';') && !sql.startsWith(MAY_BE_SLOW)) throw new Error('A statement contains no semicolon')
}

function numberOf(error: unknown): unknown {
  return (error as { readonly errno?: unknown }).errno
}

function toResult(answer: unknown): QueryResult<unknown> {
  if (Array.isArray(answer)) return { rows: answer }
  return { rows: [], numAffectedRows: BigInt((answer as { affectedRows: number }).affectedRows) }
}
