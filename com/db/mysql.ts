/** MySQL and MariaDB: a pool in which nothing waits without an end. The driver is loaded only when it is used. */
import { MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import type { Dialect } from 'kysely'
import type { PoolOptions } from 'mysql2'
import { checkMustFind, mysqlDriver } from './mysql-driver.ts'
import { carefulPool, type CarefulPool } from './mysql-pool.ts'

const CONNECTIONS = 20
const CONNECT_MS = 3_000
const PROBE_MS = 5_000

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
    multipleStatements: true,
    enableKeepAlive: true,
    flags: ['+FOUND_ROWS'],
  })
  const careful = carefulPool(pool)
  try {
    await ensureDatabase(careful, options)
    await checkMustFind(careful)
  } catch (error) {
    void careful.end()
    throw error
  }
  return {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => mysqlDriver(careful),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  }
}

function readUrl(url: string): PoolOptions & { database: string } {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const socketPath = searchParams.get('socketPath')
  const database = decodeURIComponent(pathname.slice(1))
  if (!/^[^/`\0]+$/.test(database))
    throw new Error('A MySQL URL names a database: mysql://user:password@host/name')
  return {
    ...(socketPath === null
      ? { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 3306 : Number(port) }
      : { socketPath }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
  }
}

async function ensureDatabase(pool: CarefulPool, options: PoolOptions & { database: string }): Promise<void> {
  try {
    await probe(pool)
  } catch (error) {
    if (!NO_SUCH_DATABASE.has((error as { errno?: number }).errno ?? 0)) throw error
    await createDatabase(options)
    await probe(pool)
  }
}

async function probe(pool: CarefulPool): Promise<void> {
  const line = await pool.take()
  line.release()
}

async function createDatabase({ database, ...options }: PoolOptions & { database: string }): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...options, connectTimeout: CONNECT_MS })
  try {
    const sql = `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
    await connection.query({ sql, timeout: PROBE_MS })
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
