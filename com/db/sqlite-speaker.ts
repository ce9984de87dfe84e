/** Says statements to one connection of the embedded engine, each prepared once. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CompiledQuery, QueryResult } from 'kysely'
import { DatabaseAway, isLocked } from './errors.ts'
import type { SqliteEngine, Statement, Value } from './sqlite-engine.ts'

/** How long one statement waits for another process's write lock. */
const BUSY_MS = 5_000
const CACHED_STATEMENTS = 500
const ANSWERS_ROWS = /^\s*(?:select|pragma|with|values|explain)\b/i

export interface Speaker {
  say<R>(query: CompiledQuery): Promise<QueryResult<R>>
  close(): void
}

export function createSpeaker(engine: SqliteEngine): Speaker {
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
