import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createBreaker } from './breaker.ts'
import type { Breaker } from './breaker.ts'
import { COUNT_ONLY, LOCK_WAIT_MS, sortedOnce, toHit, windowOption } from './local-store.ts'
import type { Store } from './local-store.ts'
import type { Log } from './log.ts'
import { randomToken } from './tokens.ts'

/** Nothing waits for Redis: a call is answered within a quarter of a second or done without it. */
const CONNECTION = {
  protocol: 2,
  connectTimeout: 2_000,
  commandTimeout: 250,
  socketTimeout: 5_000,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  disableClientInfo: true,
  enableAutoPipelining: true,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} as const

const START_WAIT_MS = 1_000
const LOCK_LEASE_MS = 10_000

/** Takes all of the locks or none: whoever holds one while it waits for another keeps others from both. */
const LOCK = `
for _, name in ipairs(KEYS) do if redis.call('exists', name) == 1 then return 0 end end
for _, name in ipairs(KEYS) do redis.call('set', name, ARGV[1], 'PX', ARGV[2]) end
return 1`

/** Deletes the locks that are still the caller's. */
const UNLOCK = `
for _, name in ipairs(KEYS) do if redis.call('get', name) == ARGV[1] then redis.call('del', name) end end`

const SCRIPTS = { qrtillLock: { lua: LOCK }, qrtillUnlock: { lua: UNLOCK } }

/** The connection with the scripts, which it sends by their names. */
type Scripted = Redis & {
  qrtillLock(count: number, ...namesTokenAndMs: (string | number)[]): Promise<number>
  qrtillUnlock(count: number, ...namesAndToken: string[]): Promise<unknown>
}

export interface RedisStoreOptions {
  url: string
  prefix: string
  log: Log
  /** Carries on alone while Redis is away, and orders the callers of this process at all times. */
  local: Store
}

export async function createRedisStore({ url, prefix, log, local }: RedisStoreOptions): Promise<Store> {
  const self = randomToken(9)
  const wakeChannel = `${prefix}wake`
  const redis = new Redis(url, { ...CONNECTION, scripts: SCRIPTS }) as Scripted
  const subscriber = new Redis(url, CONNECTION)
  const breaker = createBreaker({
    probe: () => redis.set(`${prefix}probe`, '1', 'PX', 1_000),
    onChange(up, cause) {
      if (up) log.info({}, 'Redis answers.')
      else log.warn({ cause }, 'Redis is away: limits, locks and wake-ups stay within this process.')
    },
  })
  const counters = new RateLimiterRedis({ ...COUNT_ONLY, storeClient: redis, keyPrefix: `${prefix}hit` })

  followConnection(redis, breaker)
  receiveWakeUps(subscriber, wakeChannel, self, local)
  if (!(await isReady(redis))) log.warn({}, 'Redis cannot be reached: the till starts without it.')

  return {
    async hit(key, limit, windowMs) {
      const counted = await breaker.run(() => counters.consume(key, 1, windowOption(windowMs)))
      return counted
        ? toHit(counted.consumedPoints, limit, counted.msBeforeNext)
        : local.hit(key, limit, windowMs)
    },

    withLocks(keys, work) {
      const deadline = Date.now() + LOCK_WAIT_MS
      const names = sortedOnce(keys).map((key) => `${prefix}lock:${key}`)
      return local.withLocks(keys, () => withRedisLocks(redis, breaker, names, deadline, work))
    },

    async remember(key, value, ttlMs) {
      const ttl = Math.max(1, Math.ceil(ttlMs))
      const done = await breaker.run(() => redis.set(`${prefix}kept:${key}`, value, 'PX', ttl))
      if (!done) await local.remember(key, value, ttlMs)
    },

    async recall(key) {
      const answer = await breaker.run(async () => ({ value: await redis.get(`${prefix}kept:${key}`) }))
      return answer ? (answer.value ?? undefined) : local.recall(key)
    },

    publish(topic, message) {
      local.publish(topic, message)
      void breaker.run(() => redis.publish(wakeChannel, JSON.stringify([self, topic, message])))
    },

    subscribe: (receive) => local.subscribe(receive),

    async close() {
      breaker.close()
      redis.disconnect()
      subscriber.disconnect()
      await local.close()
    },
  }
}

/** The breaker follows what the connection says of itself; reconnecting is quiet and never ends. */
function followConnection(redis: Redis, breaker: Breaker): void {
  let cause: unknown
  redis.on('error', (error) => (cause = error))
  redis.on('ready', () => breaker.setUp(true))
  redis.on('close', () => breaker.setUp(false, cause))
}

function receiveWakeUps(subscriber: Redis, channel: string, self: string, local: Store): void {
  subscriber.on('error', () => undefined) // the other connection tells of the outage
  subscriber.on('ready', () => {
    subscriber.subscribe(channel).catch(() => subscriber.disconnect(true))
  })
  subscriber.on('message', (_channel, text) => {
    const [sender, topic, message] = readWakeUp(text)
    if (sender !== self && topic !== undefined && message !== undefined) local.publish(topic, message)
  })
}

function readWakeUp(text: string): string[] {
  try {
    const parts: unknown = JSON.parse(text)
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : []
  } catch {
    return []
  }
}

function isReady(redis: Redis): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, START_WAIT_MS, false)
    const settle = (ready: boolean) => {
      clearTimeout(timer)
      resolve(ready)
    }
    redis.once('ready', () => settle(true))
    redis.once('error', () => settle(false))
  })
}

async function withRedisLocks<T>(
  redis: Scripted,
  breaker: Breaker,
  names: readonly string[],
  deadline: number,
  work: () => Promise<T>,
): Promise<T> {
  if (names.length === 0) return work()
  const token = randomToken(16)
  try {
    await lock(redis, breaker, names, token, deadline)
    return await work()
  } finally {
    // Also when the answer did not come: it may have set the locks. What is not undone ends with the lease.
    redis.qrtillUnlock(names.length, ...names, token).catch(() => undefined)
  }
}

/** Goes on without the locks when Redis is away or the deadline has passed. */
async function lock(
  redis: Scripted,
  breaker: Breaker,
  names: readonly string[],
  token: string,
  deadline: number,
): Promise<void> {
  for (;;) {
    const taken = await breaker.run(() => redis.qrtillLock(names.length, ...names, token, LOCK_LEASE_MS))
    if (taken !== 0 || Date.now() >= deadline) return
    await sleep(15 + Math.random() * 35)
  }
}
