import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from './log.ts'
import { createStore } from './store.ts'
import type { Store } from './store.ts'

let folder: string
let port: number
let server: ChildProcess
let lines: string[] = []
const opened: Store[] = []
const log = createLog('info', { write: (line) => void lines.push(line) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
  port = await freePort()
  await startRedis()
})

afterAll(async () => {
  server.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
  lines = []
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port: free } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return free
}

async function startRedis(): Promise<void> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  server = spawn('redis-server', options, { stdio: 'ignore' })
  await eventually(async () => expect(await ask((redis) => redis.ping())).toBe('PONG'))
}

async function stopRedis(): Promise<void> {
  server.kill('SIGKILL')
  await once(server, 'exit')
}

/** Asks Redis itself, beside the store. */
async function ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, { retryStrategy: null, lazyConnect: true })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

async function open(redisUrl?: string): Promise<Store> {
  const store = await createStore({ redisUrl, log })
  opened.push(store)
  return store
}

const openRedis = () => open(`redis://127.0.0.1:${port}`)

async function eventually(check: () => void | Promise<void>, withinMs = 8_000): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (cause) {
      if (Date.now() > deadline) throw cause
      await sleep(20)
    }
  }
}

/** Runs work and tells how many milliseconds it took. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const begun = performance.now()
  const result = await work()
  return { result, ms: performance.now() - begun }
}

function outages(): string[] {
  return lines.filter((line) => line.includes('"level":"warn"'))
}

/** Counts how many callers are inside at once. */
function turnstile() {
  const seen = { inside: 0, most: 0 }
  const pass = async () => {
    seen.inside += 1
    seen.most = Math.max(seen.most, seen.inside)
    await sleep(5)
    seen.inside -= 1
  }
  return { seen, pass }
}

describe.each([
  ['in the process', () => open()],
  ['on Redis', openRedis],
])('the store %s', (_where, openStore) => {
  let store: Store
  beforeEach(async () => {
    await ask((redis) => redis.flushall())
    store = await openStore()
  })

  it('allows as many hits as the limit, then says when to come back', async () => {
    const hits = []
    for (let turn = 0; turn < 5; turn += 1) hits.push(await store.hit('a', 3, 60_000))
    expect(hits.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5])
    expect(hits.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false])
    expect(hits[2]?.retryAfterMs).toBe(0)
    expect(hits[4]?.retryAfterMs).toBeGreaterThan(58_000)
    expect(hits[4]?.retryAfterMs).toBeLessThanOrEqual(60_000)
  })

  it('counts each key by itself and never loses a hit of many at once', async () => {
    const hits = await Promise.all(Array.from({ length: 200 }, () => store.hit('busy', 50, 60_000)))
    expect(hits.filter(({ allowed }) => allowed)).toHaveLength(50)
    expect((await store.hit('other', 50, 60_000)).count).toBe(1)
  })

  it('begins to count anew when the window has passed', async () => {
    await store.hit('short', 1, 900)
    expect((await store.hit('short', 1, 900)).allowed).toBe(false)
    await sleep(1_050)
    expect((await store.hit('short', 1, 900)).allowed).toBe(true)
  })

  it('lets one caller at a time through a key, in the order they came', async () => {
    const { seen, pass } = turnstile()
    const order: number[] = []
    const callers = Array.from({ length: 20 }, (_, number) =>
      store.withLocks(['k'], async () => {
        order.push(number)
        await pass()
      }),
    )
    await Promise.all(callers)
    expect(seen.most).toBe(1)
    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number))
  })

  it('takes several keys in any order, even twice the same, without a deadlock', async () => {
    const { seen, pass } = turnstile()
    const { ms } = await timed(() =>
      Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          store.withLocks(number % 2 ? ['x', 'y', 'x'] : ['y', 'x'], pass),
        ),
      ),
    )
    expect(seen.most).toBe(1)
    expect(ms).toBeLessThan(4_000)
  })

  it('does not hold up callers of other keys', async () => {
    const { seen, pass } = turnstile()
    await Promise.all(['a', 'b', 'c'].map((key) => store.withLocks([key], pass)))
    expect(seen.most).toBeGreaterThan(1)
  })

  it('hands back what the work gives, and frees the key when it throws', async () => {
    await expect(store.withLocks(['k'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const { result, ms } = await timed(() => store.withLocks(['k'], async () => 7))
    expect(result).toBe(7)
    expect(ms).toBeLessThan(1_000)
  })

  it('goes on without the key after five seconds: a lock only helps', async () => {
    const stuck = store.withLocks(['stuck'], () => sleep(5_600))
    const { ms } = await timed(() => store.withLocks(['stuck'], async () => undefined))
    expect(ms).toBeGreaterThan(4_900)
    expect(ms).toBeLessThan(5_500)
    await stuck
  }, 10_000)

  it('delivers a message to every subscriber once and at once, until it leaves', () => {
    const heard: string[] = []
    const leave = store.subscribe((topic, message) => heard.push(`1 ${topic} ${message}`))
    store.subscribe((topic, message) => heard.push(`2 ${topic} ${message}`))
    store.publish('order', 'paid')
    leave()
    store.publish('order', 'delivered')
    expect(heard).toEqual(['1 order paid', '2 order paid', '2 order delivered'])
  })

  it('does not let a subscriber that throws disturb the publisher or the others', () => {
    const heard: string[] = []
    store.subscribe(() => {
      throw new Error('broken')
    })
    store.subscribe((topic) => heard.push(topic))
    store.publish('order', 'paid')
    expect(heard).toEqual(['order'])
    expect(lines.join('')).toContain('broken')
  })
})

describe('two processes on one Redis', () => {
  beforeEach(() => ask((redis) => redis.flushall()))

  it('share their counts', async () => {
    const [one, two] = [await openRedis(), await openRedis()]
    await one.hit('shared', 2, 60_000)
    await two.hit('shared', 2, 60_000)
    expect(await one.hit('shared', 2, 60_000)).toMatchObject({ count: 3, allowed: false })
  })

  it('exclude each other from a key', async () => {
    const stores = [await openRedis(), await openRedis()]
    const { seen, pass } = turnstile()
    await Promise.all(
      Array.from({ length: 5 }, () => stores.map((store) => store.withLocks(['k'], pass))).flat(),
    )
    expect(seen.most).toBe(1)
  })

  it('hear each other, and no process hears itself twice', async () => {
    const [one, two] = [await openRedis(), await openRedis()]
    const heard: string[] = []
    one.subscribe((_topic, message) => heard.push(`one ${message}`))
    two.subscribe((_topic, message) => heard.push(`two ${message}`))
    await eventually(async () =>
      expect(await ask((redis) => redis.pubsub('NUMSUB', 'qrtill:wake'))).toEqual(['qrtill:wake', 2]),
    )
    one.publish('order', 'a')
    await eventually(() => expect(heard).toContain('two a'))
    two.publish('order', 'b')
    await eventually(() => expect(heard).toContain('one b'))
    await sleep(100)
    expect(heard.sort()).toEqual(['one a', 'one b', 'two a', 'two b'])
  })

  it('leave nothing in Redis but keys that end by themselves', async () => {
    const store = await openRedis()
    await store.hit('a', 5, 2_000)
    await store.withLocks(['a', 'b'], async () => {
      const held = await ask((redis) => redis.keys('qrtill:lock:*'))
      expect(held.sort()).toEqual(['qrtill:lock:a', 'qrtill:lock:b'])
      expect(await ask((redis) => redis.pttl('qrtill:lock:a'))).toBeGreaterThan(9_000)
    })
    await eventually(async () => expect(await ask((redis) => redis.keys('*'))).toEqual(['qrtill:hit:a']))
    expect(await ask((redis) => redis.pttl('qrtill:hit:a'))).toBeGreaterThan(0)
  })

  it('do not free a lock that has passed to someone else', async () => {
    const store = await openRedis()
    await store.withLocks(['k'], () => ask((redis) => redis.set('qrtill:lock:k', 'someone else', 'EX', 60)))
    await sleep(100)
    expect(await ask((redis) => redis.get('qrtill:lock:k'))).toBe('someone else')
  })
})

describe('when Redis fails, the store', () => {
  beforeEach(() => ask((redis) => redis.flushall()))

  it('carries on after FLUSHALL', async () => {
    const store = await openRedis()
    await store.hit('a', 1, 60_000)
    const inside = store.withLocks(['k'], async () => {
      await ask((redis) => redis.flushall())
      return 'done'
    })
    expect(await inside).toBe('done')
    expect(await store.hit('a', 1, 60_000)).toMatchObject({ count: 1, allowed: true })
    expect(outages()).toEqual([])
  })

  it('starts without it, and uses it when it comes', async () => {
    await stopRedis()
    const { result: store, ms } = await timed(openRedis)
    expect(ms).toBeLessThan(1_500)
    expect((await store.hit('a', 1, 60_000)).count).toBe(1)
    expect(outages()).toHaveLength(1)
    await startRedis()
    await eventually(async () => {
      await store.hit('later', 1, 60_000)
      expect(await ask((redis) => redis.exists('qrtill:hit:later'))).toBe(1)
    })
  }, 15_000)

  it('counts, locks and wakes alone while it is killed, warns once, and comes back', async () => {
    const store = await openRedis()
    await stopRedis()
    const heard: string[] = []
    store.subscribe((topic) => heard.push(topic))
    const { result: hits, ms } = await timed(async () => {
      const counted = []
      for (let turn = 0; turn < 4; turn += 1) counted.push(await store.hit('b', 3, 60_000))
      return counted
    })
    expect(hits.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
    expect(ms).toBeLessThan(300)
    const { seen, pass } = turnstile()
    await Promise.all(Array.from({ length: 5 }, () => store.withLocks(['k'], pass)))
    expect(seen.most).toBe(1)
    store.publish('order', 'paid')
    expect(heard).toEqual(['order'])
    await sleep(700)
    expect(outages()).toHaveLength(1)
    await startRedis()
    await eventually(() => expect(lines.join('')).toContain('Redis answers.'))
    await eventually(async () => {
      await store.hit('back', 1, 60_000)
      expect(await ask((redis) => redis.exists('qrtill:hit:back'))).toBe(1)
    })
    const other = await openRedis()
    other.subscribe((_topic, message) => heard.push(message))
    await eventually(() => {
      store.publish('order', 'heard again')
      expect(heard).toContain('heard again')
    })
  }, 20_000)

  it('waits 300 ms at most for one that is frozen, soon not at all, and uses it again when it thaws', async () => {
    const store = await openRedis()
    server.kill('SIGSTOP')
    try {
      const waits: number[] = []
      for (let turn = 0; turn < 3; turn += 1) waits.push((await timed(() => store.hit('c', 9, 60_000))).ms)
      expect(Math.max(...waits)).toBeLessThan(330)
      const { ms } = await timed(async () => {
        for (let turn = 0; turn < 50; turn += 1) {
          await store.hit('c', 9, 60_000)
          await store.withLocks(['k'], async () => undefined)
        }
      })
      expect(ms).toBeLessThan(100)
      await sleep(6_500) // past the time after which the connection is given up for dead
      expect((await timed(() => store.hit('c', 9, 60_000))).ms).toBeLessThan(100)
      expect(outages()).toHaveLength(1)
    } finally {
      server.kill('SIGCONT')
    }
    await eventually(async () => {
      await store.hit('thawed', 1, 60_000)
      expect(await ask((redis) => redis.exists('qrtill:hit:thawed'))).toBe(1)
    })
  }, 25_000)

  it('waits 300 ms at most for a lock on one that is frozen, whatever the number of keys', async () => {
    const store = await openRedis()
    server.kill('SIGSTOP')
    try {
      const { result, ms } = await timed(() => store.withLocks(['a', 'b', 'c', 'd'], async () => 'done'))
      expect(result).toBe('done')
      expect(ms).toBeLessThan(330)
    } finally {
      server.kill('SIGCONT')
    }
    await eventually(async () => expect(await ask((redis) => redis.keys('qrtill:lock:*'))).toEqual([]), 2_000)
  })
})
