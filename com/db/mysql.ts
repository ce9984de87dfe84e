/** MySQL and MariaDB: a pool in which nothing waits without an end. The driver is loaded only when it is used. */
import type { Socket } from 'node:net'
import { MysqlDialect } from 'kysely'
import type { Dialect, MysqlPool, MysqlPoolConnection, MysqlQueryResult } from 'kysely'
import type { Pool, PoolConnection, PoolOptions } from 'mysql2'
import { DatabaseAway, isUnreachable } from './errors.ts'

/** Statements that begin so may take minutes: a schema change on a large table. */
export const MAY_BE_SLOW = '/* migration */ '

const CONNECTIONS = 20
const CONNECT_MS = 3_000
const ACQUIRE_MS = 3_000
const QUERY_MS = 5_000
const SLOW_QUERY_MS = 30 * 60_000
const FAREWELL_MS = 1_000

/**
 * Said on every new connection. A lock is waited for less long than a query may take, so that the wait ends with
 * an error that leads to another try. Backslash escapes stay on: the driver relies on them.
 */
const MANNERS = [
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    time_zone = '+00:00', innodb_lock_wait_timeout = 3, autocommit = 1`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
]

/** Unknown database; access denied to it, which is also said of one that does not exist. */
const NO_SUCH_DATABASE = new Set([1044, 1049])

/** @throws Error that tells what to do when the database does not exist and may not be made. */
export async function mysqlDialect(url: string): Promise<Dialect> {
  const { createPool } = await import('mysql2')
  const options = readUrl(url)
  const pool = createPool({
    ...options,
    connectionLimit: CONNECTIONS,
    connectTimeout: CONNECT_MS,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    stringifyObjects: true,
    multipleStatements: false,
    enableKeepAlive: true,
    flags: ['+FOUND_ROWS'],
  })
  const careful = carefulPool(pool)
  try {
    await ensureDatabase(careful, options)
  } catch (error) {
    careful.end(() => undefined)
    throw error
  }
  return new MysqlDialect({ pool: careful })
}

function readUrl(url: string): PoolOptions & { database: string } {
  const { hostname, port, username, password, pathname } = new URL(url)
  const database = decodeURIComponent(pathname.slice(1))
  if (!/^[^/`\0]+$/.test(database))
    throw new Error('A MySQL URL names a database: mysql://user:password@host/name')
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
  }
}

async function ensureDatabase(pool: MysqlPool, options: PoolOptions & { database: string }): Promise<void> {
  try {
    await probe(pool)
  } catch (error) {
    if (!NO_SUCH_DATABASE.has((error as { errno?: number }).errno ?? 0)) throw error
    await createDatabase(options)
    await probe(pool)
  }
}

function probe(pool: MysqlPool): Promise<void> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) return reject(error)
      connection.release()
      resolve()
    })
  })
}

async function createDatabase({ database, ...options }: PoolOptions & { database: string }): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...options, connectTimeout: CONNECT_MS })
  try {
    const sql = `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
    await connection.query({ sql, timeout: QUERY_MS })
  } catch (cause) {
    throw new Error(
      `The database ${database} does not exist or is closed to the user ${options.user ?? ''}, who may not make it. ` +
        `As an administrator: CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; ` +
        `then GRANT ALL ON ${database}.* to that user`,
      { cause },
    )
  } finally {
    connection.destroy()
  }
}

/** The pool as Kysely needs it, with every wait limited and broken connections thrown away. */
function carefulPool(pool: Pool): MysqlPool {
  const known = new Set<PoolConnection>()

  function meet(raw: PoolConnection): void {
    known.add(raw)
    raw.on('error', () => known.delete(raw)) // every query reports its own; unheard, it would end the process
    raw.on('end', () => known.delete(raw))
  }

  function discard(raw: PoolConnection): void {
    known.delete(raw)
    raw.destroy()
    socketOf(raw).destroy() // a frozen server would never answer the farewell
  }

  async function prepare(raw: PoolConnection): Promise<void> {
    if (known.has(raw)) return
    meet(raw)
    try {
      await Promise.all(MANNERS.map((sql) => say(raw, sql)))
    } catch (error) {
      discard(raw)
      throw error
    }
  }

  return {
    getConnection(done) {
      let late = false
      const timer = setTimeout(() => {
        late = true
        const message = `No database connection within ${ACQUIRE_MS / 1000} s`
        done(new DatabaseAway('DATABASE_BUSY', message), undefined as never)
      }, ACQUIRE_MS)
      pool.getConnection((error, raw) => {
        const outcome = error ? Promise.reject(error) : prepare(raw)
        outcome.then(
          () => {
            clearTimeout(timer)
            if (late) raw.release()
            else done(null, carefulConnection(raw, discard))
          },
          (reason: unknown) => {
            clearTimeout(timer)
            if (!late) done(reason, undefined as never)
          },
        )
      })
    },
    end(done) {
      const giveUp = () => {
        known.forEach(discard)
        done(null)
      }
      setTimeout(giveUp, FAREWELL_MS).unref() // a socket that is still open keeps the process until then
      pool.end(done)
    },
  }
}

/** The driver's types leave it out. */
function socketOf(raw: PoolConnection): Socket {
  return (raw as PoolConnection & { stream: Socket }).stream
}

function say(raw: PoolConnection, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    raw.query({ sql, timeout: ACQUIRE_MS }, (error) => (error ? reject(error) : resolve()))
  })
}

function carefulConnection(raw: PoolConnection, discard: (raw: PoolConnection) => void): MysqlPoolConnection {
  function query(
    sql: string,
    values: unknown[],
    done?: (error: unknown, result: MysqlQueryResult) => void,
  ): never {
    const timeout = sql.startsWith(MAY_BE_SLOW) ? SLOW_QUERY_MS : QUERY_MS
    raw.query({ sql, values, timeout }, (error, result) => {
      if (error && isUnreachable(error)) discard(raw)
      done?.(error, result as unknown as MysqlQueryResult)
    })
    return undefined as never
  }
  return { query, release: () => raw.release() }
}
