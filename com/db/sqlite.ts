/** Kysely's dialect for the embedded engine: one connection, one writer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { DatabaseAway, isLocked } from './errors.ts'
import { openEngine } from './sqlite-engine.ts'
import type { SqliteEngine, Statement, Value } from './sqlite-engine.ts'

/** How long one statement waits for another process's write lock. */
const BUSY_MS = 5_000
const CACHED_STATEMENTS = 500
const READS = /^\s*(?:select|pragma|with|values|explain)\b/i

/** @param path made with its folders when absent, readable by this user alone. */
export async function sqliteDialect(path: string): Promise<Dialect> {
  const engine = await openEngine(path)
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(engine),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createDriver(engine: SqliteEngine): Driver {
  const connection = createConnection(engine)
  const turns = createTurns()
  const say = (sql: string) => connection.executeQuery(CompiledQuery.raw(sql))
  let began = false
  return {
    init: async () => undefined,
    async acquireConnection() {
      await turns.take()
      return connection
    },
    async beginTransaction() {
      await say('begin immediate')
      began = true
    },
    async commitTransaction() {
      await say('commit')
      began = false
    },
    async rollbackTransaction() {
      began = false
      await say('rollback').catch(refuseUnlessEnded)
    },
    releaseConnection: async () => turns.give(),
    async destroy() {
      if (began) await say('rollback').catch(refuseUnlessEnded)
      connection.close()
      engine.close()
    },
  }
}

/** A full disk and the like end the transaction before the rollback does. */
function refuseUnlessEnded(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error
}

function createConnection(engine: SqliteEngine): DatabaseConnection & { close(): void } {
  const statements = new Map<string, Statement>()
  let closed = false

  function prepare(sql: string): Statement {
    if (closed) throw new DatabaseAway('DATABASE_CLOSED', 'The database has been closed')
    const statement = statements.get(sql) ?? engine.prepare(sql)
    statements.delete(sql)
    statements.set(sql, statement)
    const [oldest] = statements.keys()
    if (statements.size > CACHED_STATEMENTS && oldest !== undefined) statements.delete(oldest)
    return statement
  }

  function run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const values = parameters.map(bind)
    const statement = prepare(sql)
    if (READS.test(sql)) return { rows: statement.all(values).map(plainRow) as R[] }
    return { rows: [], numAffectedRows: statement.run(values) }
  }

  return {
    async executeQuery<R>(query: CompiledQuery) {
      const giveUpAt = performance.now() + BUSY_MS
      for (;;) {
        try {
          return run<R>(query)
        } catch (error) {
          if (!isLocked(error) || performance.now() >= giveUpAt) throw error
          await sleep(1 + Math.random() * 20)
        }
      }
    },
    streamQuery() {
      throw new Error('Rows are not streamed; page through them')
    },
    close() {
      closed = true
      statements.clear()
    },
  }
}

/** Integers are bound as such, which a JS number is not. @throws TypeError for what SQLite has no value for. */
function bind(value: unknown): Value {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof Date) return BigInt(value.getTime())
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : finite(value)
  if (typeof value === 'bigint' || typeof value === 'string' || value instanceof Uint8Array) return value
  throw new TypeError(`A parameter cannot be a ${typeof value}`)
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError('A parameter must be a finite number')
  return value
}

/** node:sqlite's rows have no prototype. */
function plainRow(row: object): object {
  return { ...row }
}

/** The one connection, handed out first come, first served. */
function createTurns(): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = []
  let taken = false
  return {
    async take() {
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve))
      taken = true
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else taken = false
    },
  }
}
