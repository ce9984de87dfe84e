import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRedis } from '../test/support/servers.js'
import type { TestServer } from '../test/support/servers.js'
import { ask as askRedis, createBench, timed, turnstile } from './store-bench.ts'

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

describe('when Redis fails, the store', () => {
  it('carries on after FLUSHALL', async () => {
    const store = await openRedis()
    await store.hit('a', 1, 60_000)
    const inside = store.withLocks(['k'], async () => {
      await ask((redis) => redis.flushall())
      return 'done'
    })
    expect(await inside).toBe('done')
    expect(await store.hit('a', 1, 60_000)).toMatchObject({ count: 1, allowed: true })
    expect(bench.outages()).toEqual([])
  })

  it('starts without it, and uses it when it comes', async () => {
    await server.kill()
    const { result: store, ms } = await timed(openRedis)
    expect(ms).toBeLessThan(1_500)
    expect((await store.hit('a', 1, 60_000)).count).toBe(1)
    expect(bench.outages()).toHaveLength(1)
    await server.restart()
    await eventually(async () => {
      await store.hit('later', 1, 60_000)
      expect(await ask((redis) => redis.exists('qrtill:hit:later'))).toBe(1)
    })
  }, 15_000)

  it('counts, locks and wakes alone while it is killed, warns once, and comes back', async () => {
    const store = await openRedis()
    await server.kill()
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
    expect(bench.outages()).toHaveLength(1)
    await server.restart()
    await eventually(() => expect(bench.lines.join('')).toContain('Redis answers.'))
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
    server.pause()
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
      expect(bench.outages()).toHaveLength(1)
    } finally {
      server.resume()
    }
    await eventually(async () => {
      await store.hit('thawed', 1, 60_000)
      expect(await ask((redis) => redis.exists('qrtill:hit:thawed'))).toBe(1)
    })
  }, 25_000)

  it('waits 300 ms at most for a lock on one that is frozen, whatever the number of keys', async () => {
    const store = await openRedis()
    server.pause()
    try {
      const { result, ms } = await timed(() => store.withLocks(['a', 'b', 'c', 'd'], async () => 'done'))
      expect(result).toBe('done')
      expect(ms).toBeLessThan(330)
    } finally {
      server.resume()
    }
    await eventually(async () => expect(await ask((redis) => redis.keys('qrtill:lock:*'))).toEqual([]))
  })
})
