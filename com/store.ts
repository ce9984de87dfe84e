import { createLocalStore } from './local-store.ts'
import type { Store } from './local-store.ts'
import type { Log } from './log.ts'

export type { Hit, Receiver, Store } from './local-store.ts'

export interface StoreOptions {
  /** Without it the store is this process alone. */
  redisUrl?: string | undefined
  /** Begins every key and channel in Redis. */
  prefix?: string | undefined
  log: Log
}

/** Waits a second at most for Redis to answer, and starts without it otherwise. */
export async function createStore({ redisUrl, prefix = 'qrtill:', log }: StoreOptions): Promise<Store> {
  const local = createLocalStore(log)
  if (redisUrl === undefined) return local
  const { createRedisStore } = await import('./redis.ts')
  return createRedisStore({ url: redisUrl, prefix, log, local })
}
