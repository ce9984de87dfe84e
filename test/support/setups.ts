/** The two ways to run a till: alone on the embedded engine, or on MySQL and Redis. */
import { Redis } from 'ioredis'
import { describe } from 'vitest'
import { engines } from './engines.ts'

export interface Setup {
  readonly name: string
  /** @returns what selects the database and the store: new and empty each time. */
  env(): Promise<Record<string, string>>
}

const redisUrl = process.env.TEST_REDIS_URL

/** One of the server's numbered databases, emptied. */
async function freshRedisUrl(server: string): Promise<string> {
  const url = `${server}/${Math.floor(Math.random() * 16)}`
  const redis = new Redis(url)
  await redis.flushdb()
  redis.disconnect()
  return url
}

const setups = engines.flatMap((engine): Setup[] => {
  const DATABASE_URL = engine.openUrl
  if (engine.name === 'SQLite')
    return [{ name: 'SQLite', env: async () => ({ DATABASE_URL: await DATABASE_URL() }) }]
  if (!redisUrl) return [{ name: 'MySQL', env: async () => ({ DATABASE_URL: await DATABASE_URL() }) }]
  return [
    {
      name: 'MySQL and Redis',
      env: async () => ({ DATABASE_URL: await DATABASE_URL(), REDIS_URL: await freshRedisUrl(redisUrl) }),
    },
  ]
})

/** Runs the same journey on each setup. */
export function describeOnSetups(title: string, body: (setup: Setup) => void): void {
  for (const setup of setups) describe(`${title} (${setup.name})`, () => body(setup))
}
