/** The only file that wires: configuration, database, shop, API, clock; start, stop, signals. */
import { mkdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp } from './api/index.ts'
import { loadConfig, type Config } from './com/config.ts'
import { isEmbedded, migrate, openDb } from './com/db/index.ts'
import { createMailer } from './com/email.ts'
import { FolderTaken, lockFolder } from './com/folder-lock.ts'
import { greetingText, writeListenerFile, type Greeting } from './com/greeting.ts'
import { createCaller } from './com/http.ts'
import { listen } from './com/listen.ts'
import { createLog, type Log } from './com/log.ts'
import { createQrReader } from './com/qr-reader.ts'
import { openProcessSpool } from './com/process-spool.ts'
import { createStore } from './com/store.ts'
import type { CallbackRequest } from './core/callback-forms/form.ts'
import { startClock } from './core/clock.ts'
import { CannotStart } from './core/errors.ts'
import { createJobHandlers } from './core/job-handlers.ts'
import { listListeners } from './core/listeners.ts'
import { finishNoting } from './core/notices.ts'
import type { Notice } from './core/payments.ts'
import { createSettings, type ShopSettings } from './core/settings.ts'
import type { Shop } from './core/shop.ts'
import { findSetupCode } from './core/sign-in.ts'
import { prepareShop } from './core/start.ts'

/** EX_CONFIG of sysexits: a service manager need not try again. */
const EXIT_CONFIG = 78

const STOP_MS = 8_000

/** Sent by default to programs that should end. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const lock = isEmbedded(config.databaseUrl) ? await lockFolder(config.dataDir) : undefined
  const outboxDir = join(config.dataDir, 'outbox')
  const [database, store] = await Promise.all([
    openDb(config.databaseUrl),
    createStore({ ...(config.redisUrl && { redisUrl: config.redisUrl }), log }),
  ])
  await migrate(database)
  const shop: Shop = {
    db: database.kysely,
    now: database.now,
    database,
    store,
    mail: createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom, outboxDir }),
    log,
    settings: createSettings(settingsOf(config)),
  }
  await prepareShop(shop, config)

  const spool = await openProcessSpool<Notice>(config.dataDir)
  const pictures = createQrReader()
  const caller = createCaller({ allow: config.callbackAllow })
  const call = (request: CallbackRequest) => caller.call(request)
  const { app, streams } = createApp({
    shop,
    spool,
    pictures,
    trustProxy: config.trustProxy,
    mailToFiles: config.smtpUrl === undefined,
    fixedListenerSecret: config.listenerSecret !== undefined,
    badSignLimit: config.badSignLimit,
    callbackAllow: config.callbackAllow,
    call,
    pagesDir: join(dirname(fileURLToPath(import.meta.url)), '..', 'public', 'app'),
  })
  const server = createServer(LIMITS)
  const answer = app.callback()
  server.on('request', (request, response) => void answer(request, response))
  const port = await listen(server, config.port, config.host)
  const callbacks = { scheduleMs: config.callbackScheduleMs, call }
  const clock = startClock(shop, spool, createJobHandlers(config.mailScheduleMs, callbacks))
  await lock?.tell(port)
  await greet(config, shop, port)

  onceSignalled(async (signal) => {
    log.info({ signal }, 'ending')
    streams.close()
    await endServer(server)
    const stopped = clock.stop()
    caller.close()
    await stopped
    await finishNoting(shop)
    await Promise.allSettled([spool.close(), pictures.close(), store.close()])
    shop.mail.close()
    await database.close()
    lock?.release()
  }, log)
}

/** Small headers, no slow senders, and connections that outlive a proxy's so that no push meets a closing one. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
}

/** What the environment fixes, in the words of the settings. */
function settingsOf(config: Config): Partial<ShopSettings> {
  const seconds = (ms: number | undefined) => ms && ms / 1000
  const { perAddress, windowMs, openOrders } = config.orderLimits ?? {}
  const fixed = {
    publicUrl: config.publicUrl,
    orderTtlS: seconds(config.orderTtlMs),
    lateAcceptS: seconds(config.lateAcceptMs),
    slotHoldS: seconds(config.slotHoldMs),
    slotCoolS: seconds(config.slotCoolMs),
    slotRestS: seconds(config.slotRestMs),
    slotDepth: config.slotDepth,
    startupGraceS: seconds(config.startupGraceMs),
    orderLimits: config.orderLimits && `${perAddress}/${(windowMs ?? 0) / 1000},${openOrders}`,
  }
  return Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined))
}

async function greet(config: Config, shop: Shop, port: number): Promise<void> {
  const [listener] = await listListeners(shop)
  const setupCode = await findSetupCode(shop)
  const fresh = setupCode !== undefined || listener?.checked_at === null
  const greeting: Greeting = {
    port,
    host: config.host,
    publicUrl: shop.settings.current.publicUrl,
    database: shop.database.engine === 'sqlite' ? config.databaseUrl : 'MySQL',
    redis: config.redisUrl !== undefined,
    setupCode,
    listenerSecret: fresh && config.listenerSecret === undefined ? listener?.secret : undefined,
    mailFolder: config.smtpUrl === undefined ? join(config.dataDir, 'outbox') : undefined,
  }
  if (listener) await writeListenerFile(config.dataDir, greeting, listener.secret)
  process.stdout.write(greetingText(greeting))
  if (config.trustProxy === 0 && shop.settings.current.publicUrl.startsWith('https:')) {
    shop.log.warn(
      {},
      'PUBLIC_URL is https but TRUST_PROXY is 0: every visitor counts as the proxy, set TRUST_PROXY=1',
    )
  }
  shop.log.info({ port, engine: shop.database.engine }, 'listening')
}

/** No new requests; those under way finish, or are cut off when they take too long. */
async function endServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const patience = setTimeout(() => server.closeAllConnections(), STOP_MS)
  await closed
  clearTimeout(patience)
}

function onceSignalled(end: (signal: string) => Promise<void>, log: Log): void {
  let ending = false
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (ending) return
      ending = true
      end(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the end was not clean')
          process.exit(1)
        },
      )
    })
  }
}

function readConfig(): Config {
  try {
    return loadConfig()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(EXIT_CONFIG)
  }
}

start(readConfig()).catch((error: unknown) => {
  process.stderr.write(`qrtill cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof CannotStart || error instanceof FolderTaken ? EXIT_CONFIG : 1)
})
