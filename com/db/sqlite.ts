/** Kysely's dialect for the embedded engine: one connection that writes, and one for reads outside of transactions. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { DatabaseAway, isLocked } from './errors.ts'
import { openEngine } from './sqlite-engine.ts'
import type { SqliteEngine, Statement, Value } from './sqlite-engine.ts'

/** How long one statement waits for another process's write lock. */
const BUSY_MS = 5_000
const CACHED_STATEMENTS = 500
const ANSWERS_ROWS = /^\s*(?:select|pragma|with|values|explain)\b/i
const ONLY_READS = /^\s*select\b/i

/** @param path made with its folders when absent, readable by this user alone. */
export async function sqliteDialect(path: string): Promise<Dialect> {
  const writer = await openEngine(path)
  const reader = await openEngine(path, 'PRAGMA query_only = ON;')
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(createSpeaker(writer), createSpeaker(reader)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** A turn at the writer lasts for a transaction, or for one statement outside of any; reads wait for no turn. */
interface Connection extends DatabaseConnection {
  inTransaction: boolean
}

function createDriver(writer: Speaker, reader: Speaker): Driver {
  const turns = createTurns()
  const say = (sql: string) => writer.say(CompiledQuery.raw(sql))

  async function inTurn<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await turns.take()
    try {
      return await writer.say(query)
    } finally {
      turns.give()
    }
  }

  function connect(): Connection {
    return {
      inTransaction: false,
      executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        if (this.inTransaction) return writer.say(query)
        return ONLY_READS.test(query.sql) ? reader.say(query) : inTurn(query)
      },
      streamQuery() {
        throw new Error('Rows are not streamed; page through them')
      },
    }
  }

  function endTurn(connection: DatabaseConnection): void {
    if (!(connection as Connection).inTransaction) return
    ;(connection as Connection).inTransaction = false
    turns.give()
  }

  return {
    init: async () => undefined,
    acquireConnection: async () => connect(),
    async beginTransaction(connection) {
      await turns.take()
      ;(connection as Connection).inTransaction = true
      try {
        await say('begin immediate')
      } catch (error) {
        endTurn(connection)
        throw error
      }
    },
    async commitTransaction(connection) {
      await say('commit')
      endTurn(connection)
    },
    async rollbackTransaction(connection) {
      try {
        await say('rollback').catch(refuseUnlessEnded)
      } finally {
        endTurn(connection)
      }
    },
    releaseConnection: async (connection) => endTurn(connection),
    async destroy() {
      if (turns.taken()) await say('rollback').catch(refuseUnlessEnded)
      writer.close()
      reader.close()
    },
  }
}

/** A full disk and the like end the transaction before the rollback does. */
function refuseUnlessEnded(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error
}

interface Speaker {
  say<R>(query: CompiledQuery): Promise<QueryResult<R>>
  close(): void
}

function createSpeaker(engine: SqliteEngine): Speaker {
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
    if (ANSWERS_ROWS.test(sql)) return { rows: statement.all(values) as R[] }
    return { rows: [], numAffectedRows: statement.run(values) }
  }

  return {
    async say<R>(query: CompiledQuery) {
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
    close() {
      closed = true
      statements.clear()
      engine.close()
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

/** First come, first served. */
function createTurns(): { take(): Promise<void>; give(): void; taken(): boolean } {
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
    taken: () => taken,
  }
}
