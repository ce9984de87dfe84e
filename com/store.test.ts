import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRedis } from '../test/support/servers.js'
import type { TestServer } from '../test/support/servers.js'
import { ask as askRedis, createBench, timed, turnstile } from './store-bench.ts'
import type { Store } from './store.ts'

let server: TestServer
const bench = createBench()
const openRedis = () => bench.open(server.url)
const ask = <T>(question: (redis: Redis) => Promise<T>) => askRedis(server.url, question)
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 8_000, interval: 20 })

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
beforeEach(() => ask((redis) => redis.flushall()))
afterEach(() => bench.clear())

describe.each([
  ['in the process', () => bench.open()],
  ['on Redis', openRedis],
])('the store %s', (_where, openStore) => {
  let store: Store
  beforeEach(async () => {
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
    expect(bench.lines.join('')).toContain('broken')
  })
})

describe('two processes on one Redis', () => {
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
