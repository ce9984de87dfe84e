/** What the tests of the store share. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createLog } from './log.ts'
import { createStore } from './store.ts'
import type { Store } from './store.ts'

/** Opens stores that write their log into `lines`. */
export function createBench() {
  const lines: string[] = []
  const opened: Store[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  return {
    lines,
    outages: () => lines.filter((line) => line.includes('"level":"warn"')),
    async open(redisUrl?: string): Promise<Store> {
      const store = await createStore({ redisUrl, log })
      opened.push(store)
      return store
    },
    async clear(): Promise<void> {
      await Promise.all(opened.splice(0).map((store) => store.close()))
      lines.length = 0
    },
  }
}

/** Asks Redis itself, beside the store. */
export async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: null, lazyConnect: true })
  redis.on('error', () => undefined) // connect() rejects with the same error
  try {
    await redis.connect()
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

/** Runs work and tells how many milliseconds it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const begun = performance.now()
  const result = await work()
  return { result, ms: performance.now() - begun }
}

/** Counts how many callers are inside at once. */
export function turnstile() {
  const seen = { inside: 0, most: 0 }
  const pass = async () => {
    seen.inside += 1
    seen.most = Math.max(seen.most, seen.inside)
    await sleep(5)
    seen.inside -= 1
  }
  return { seen, pass }
}
