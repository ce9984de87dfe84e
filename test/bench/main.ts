/**
 * Measures the till, each figure beside the raw limit of the same machine at the same moment; asserts nothing.
 *
 * `--quick` is for looking whether the bench itself works; `--orders <n>` says how many past
 * orders are many; `--engine sqlite|mysql` takes one of them, `--only <name>` one measurement of session.ts; `--write`
 * puts the tables into docs/benchmarks.md.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { SMTPServer } from 'smtp-server'
import { randomToken } from '../../com/tokens.ts'
import { programs, startMariadb, startRedis, type TestServer } from '../support/servers.js'
import { listenToDrivers } from './bare.ts'
import { QUICK, WHOLE, type Size } from './bench.ts'
import { drawTables, writeTables, type Session } from './figures.ts'
import { measureEngine } from './session.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    orders: { type: 'string' },
    engine: { type: 'string' },
    only: { type: 'string' },
  },
})
const size: Size = options.quick ? QUICK : WHOLE
const many = Number(options.orders ?? (options.quick ? 20_000 : 1_000_000))

/** As in production: every commit is on the disk, and the tables fit into memory. */
const DURABLE = [
  'SET GLOBAL innodb_flush_log_at_trx_commit = 1',
  `SET GLOBAL innodb_buffer_pool_size = ${1024 ** 3}`,
]

async function startMysql(): Promise<{ server: TestServer; name: string }> {
  const server = await startMariadb()
  const connection = await createConnection(server.url)
  for (const statement of DURABLE) await connection.query(statement)
  const [rows] = await connection.query('SELECT VERSION() AS version')
  await connection.end()
  return { server, name: (rows as { version: string }[])[0]?.version ?? '' }
}

/** Takes every letter, so that the till sends them while it is measured. */
async function startPostbox() {
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData(stream, _session, done) {
      stream.on('end', () => done()).resume()
    },
  })
  server.on('error', () => undefined) // a till that is ended while it speaks
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { url: `smtp://127.0.0.1:${port}`, close: () => server.close(() => undefined) }
}

async function main(): Promise<void> {
  if (!programs.redis) throw new Error('The bench needs redis-server')
  const folder = await mkdtemp(join(tmpdir(), 'qrtill-bench-'))
  const postbox = await startPostbox()
  const redis = await startRedis()
  const mysql = programs.mariadb && options.engine !== 'sqlite' ? await startMysql() : undefined
  const { only } = options
  const all = { size, many, only, folder, secret: randomToken(18), redisUrl: redis.url, smtpUrl: postbox.url }
  const sessions: Session[] = []
  await listenToDrivers()
  try {
    if (options.engine !== 'mysql') {
      const databaseUrl = `sqlite:${join(folder, 'shop.db')}`
      sessions.push(...(await measureEngine({ ...all, engine: 'SQLite', databaseUrl, withRedis: false })))
    }
    if (mysql) {
      const databaseUrl = `${mysql.server.url}/till_bench`
      const engine = `${mysql.name} and Redis`
      sessions.push(...(await measureEngine({ ...all, engine, databaseUrl, withRedis: true })))
    }
  } finally {
    postbox.close()
    await Promise.all([redis.stop(), mysql?.server.stop()])
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const tables = drawTables(sessions)
  console.log(`\n${machine()}\n\n${tables}`)
  if (options.write) await writeTables(machine(), tables)
}

function machine(): string {
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const extent = options.quick ? ', quick' : ''
  return `${day}, ${availableParallelism()} × ${cpu?.model.trim() ?? 'processor'}, Node ${process.versions.node}${extent}`
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
await main()
process.exit(0)
