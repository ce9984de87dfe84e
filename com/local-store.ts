import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Log } from './log.ts'

/** Limits, short locks and wake-ups. Helps the shop along and never decides about money: it may vanish at any time. */
export interface Store {
  /**
   * Counts one hit on key; allowed while count ≤ limit within the window.
   *
   * @param windowMs up to 20 days, rounded up to whole seconds; it begins with the first hit.
   */
  hit(key: string, limit: number, windowMs: number): Promise<Hit>
  /**
   * Runs work while nobody else holds any of the keys (taken in sorted order, so two callers cannot block each
   * other). After 5 seconds of waiting it runs all the same. Not re-entrant: work must not lock its own keys.
   */
  withLocks<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>
  /** Keeps a value for a while, for whoever recalls it; it may be gone at any time. */
  remember(key: string, value: string, ttlMs: number): Promise<void>
  recall(key: string): Promise<string | undefined>
  /** Tells every subscriber of every process, at most once and without a promise that it arrives. */
  publish(topic: string, message: string): void
  /** @returns the way to end it. */
  subscribe(receive: Receiver): () => void
  close(): Promise<void>
}

export interface Hit {
  allowed: boolean
  count: number
  /** 0 when allowed. */
  retryAfterMs: number
}

export type Receiver = (topic: string, message: string) => void

/** How long a caller waits for a lock in all. */
export const LOCK_WAIT_MS = 5_000

/** Values that one process keeps; the oldest go first. */
const MOST_KEPT = 10_000

/** A limiter's points are out of reach: it only counts, and each hit brings its own limit. */
export const COUNT_ONLY = { points: Number.MAX_SAFE_INTEGER, duration: 1 }

/** The store of one process; everything in it ends with its use. */
export function createLocalStore(log: Log): Store {
  const counters = new RateLimiterMemory(COUNT_ONLY)
  const queues = new Map<string, Promise<void>>()
  const receivers = new Set<Receiver>()
  const kept = new Map<string, { value: string; until: number }>()

  return {
    async hit(key, limit, windowMs) {
      const { consumedPoints, msBeforeNext } = await counters.consume(key, 1, windowOption(windowMs))
      return toHit(consumedPoints, limit, msBeforeNext)
    },

    async withLocks(keys, work) {
      const deadline = Date.now() + LOCK_WAIT_MS
      const releases: (() => void)[] = []
      try {
        for (const key of sortedOnce(keys)) releases.push(await enterQueue(queues, key, deadline))
        return await work()
      } finally {
        for (const release of releases) release()
      }
    },

    async remember(key, value, ttlMs) {
      kept.delete(key)
      kept.set(key, { value, until: Date.now() + ttlMs })
      for (const [oldest, { until }] of kept) {
        if (kept.size <= MOST_KEPT && until > Date.now()) break
        kept.delete(oldest)
      }
    },

    async recall(key) {
      const found = kept.get(key)
      return found && found.until > Date.now() ? found.value : undefined
    },

    publish(topic, message) {
      for (const receive of receivers) {
        try {
          receive(topic, message)
        } catch (cause) {
          log.error({ topic, cause }, 'A wake-up could not be received.')
        }
      }
    },

    subscribe(receive) {
      const own: Receiver = (topic, message) => receive(topic, message)
      receivers.add(own)
      return () => receivers.delete(own)
    },

    async close() {
      receivers.clear()
    },
  }
}

export function windowOption(windowMs: number): { customDuration: number } {
  return { customDuration: Math.max(1, Math.ceil(windowMs / 1000)) }
}

export function toHit(count: number, limit: number, msBeforeNext: number): Hit {
  const allowed = count <= limit
  return { allowed, count, retryAfterMs: allowed ? 0 : Math.max(1, msBeforeNext) }
}

export function sortedOnce(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort()
}

/** Waits until everyone who came before is done, or the deadline has passed. @returns the way to leave. */
async function enterQueue(
  queues: Map<string, Promise<void>>,
  key: string,
  deadline: number,
): Promise<() => void> {
  const before = queues.get(key)
  let leave: () => void = () => undefined
  const mine = new Promise<void>((resolve) => (leave = resolve))
  const all = before ? before.then(() => mine) : mine
  queues.set(key, all)
  void all.then(() => {
    if (queues.get(key) === all) queues.delete(key)
  })
  if (before) await within(before, deadline - Date.now())
  return leave
}

function within(done: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms))
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
