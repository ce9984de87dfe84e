/**
 * The raw limit of the database side: what the till says to its driver is written down where it says it, and said
 * again, one statement after another, to a bare connection of the same driver.
 */
import { createPool, PoolConnection } from 'mysql2'
import type { Engine } from '../../com/db/index.ts'

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

/** One bare connection. */
export interface Bare {
  say(statements: readonly Statement[]): Promise<void>
}

export interface BareDatabase {
  readonly connections: readonly Bare[]
  close(): Promise<void>
}

/** What libsql and node:sqlite have in common. */
interface Native {
  prepare(sql: string): { all: NativeCall; run: NativeCall }
  exec(sql: string): unknown
  close(): unknown
}
type NativeCall = (...values: unknown[]) => unknown
type NativeMaker = new (path: string) => Native

let written: Statement[] | undefined

/** Listens to the drivers of this process from now on. Before the database is opened. */
export async function listenToDrivers(): Promise<void> {
  listenToMysql()
  listenToSqlite(await nativeMaker())
}

/** @returns what the work said to the driver, `begin` and `commit` included. Nothing else may run meanwhile. */
export async function writeDown(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = []
  written = statements
  try {
    await work()
    return statements
  } finally {
    written = undefined
  }
}

type Query = (options: { sql: string; values?: unknown[] }, ...rest: unknown[]) => unknown

function listenToMysql(): void {
  const own = PoolConnection.prototype as unknown as { query: Query }
  const real = own.query
  own.query = function query(options, ...rest) {
    written?.push(...apart({ sql: options.sql, values: options.values ?? [] }))
    return real.call(this, options, ...rest)
  }
}

/** Whoever says statements one by one looks at the count itself. */
const LOOKS_AT_COUNT = /^set @must_find\b/

/** What the till says in one round trip, statement by statement: the raw limit says them one by one. */
function apart({ sql, values }: Statement): Statement[] {
  const rest = [...values]
  const statements = sql
    .split(';\n')
    .map((one) => ({ sql: one, values: rest.splice(0, one.split('?').length - 1) }))
  const places = sql.split('?').length - 1
  if (places !== values.length)
    throw new Error(`${values.length} values for the ${places} places of:\n${sql}`)
  return statements.filter((one) => !LOOKS_AT_COUNT.test(one.sql))
}

function listenToSqlite(maker: NativeMaker): void {
  const real = maker.prototype.prepare as Native['prepare']
  maker.prototype.prepare = function prepare(this: Native, sql: string) {
    const statement = real.call(this, sql)
    for (const name of ['all', 'run'] as const) {
      const call = statement[name].bind(statement)
      statement[name] = (...values) => {
        const answer = call(...values)
        written?.push({ sql, values }) // not what was refused because the till was writing, and is said again
        return answer
      }
    }
    return statement
  }
}

async function nativeMaker(): Promise<NativeMaker> {
  const builtin = process.getBuiltinModule('node:sqlite') as { DatabaseSync: NativeMaker } | undefined
  return builtin?.DatabaseSync ?? ((await import('libsql')).default as unknown as NativeMaker)
}

/** @param url as the till takes it. */
export function openBare(engine: Engine, url: string): Promise<BareDatabase> {
  return engine === 'mysql' ? openMysql(url) : openSqlite(url.slice('sqlite:'.length))
}

const CONNECTIONS = 20

async function openMysql(url: string): Promise<BareDatabase> {
  const pool = createPool({ uri: url, connectionLimit: CONNECTIONS, charset: 'utf8mb4_bin' }).promise()
  const raw = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.getConnection()))
  await Promise.all(raw.map((one) => one.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')))
  const connections = raw.map((one) => ({
    async say(statements: readonly Statement[]) {
      for (const { sql, values } of statements) await one.query(sql, [...values])
    },
  }))
  return { connections, close: () => pool.end() }
}

/** One writer, as in the till; statements are prepared once. */
async function openSqlite(path: string): Promise<BareDatabase> {
  const native = new (await nativeMaker())(path)
  native.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  const prepared = new Map<string, NativeCall>()

  function callOf(sql: string): NativeCall {
    const known = prepared.get(sql)
    if (known) return known
    const statement = native.prepare(sql)
    const call = /^\s*select/i.test(sql) ? statement.all : statement.run
    prepared.set(sql, call.bind(statement))
    return prepared.get(sql) as NativeCall
  }

  const connection: Bare = {
    async say(statements) {
      for (const { sql, values } of statements) callOf(sql)(...values)
    },
  }
  return { connections: [connection], close: async () => void native.close() }
}
