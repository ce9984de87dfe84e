/** The servers beside the till are killed, emptied and away for a while, under load. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startMariadb, startRedis, type TestServer } from '../support/servers.js'
import type { PlacedOrder } from './ledger.ts'
import { createDice, firstSeed, isWhole, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { pay, payUnasked, placeSeveral, tradeDuring } from './trade.ts'

const ENGINE = 'MySQL and Redis'

let database: TestServer
let redis: TestServer
let stall: Stall
let shops = 0

beforeAll(async () => {
  ;[database, redis] = await Promise.all([startMariadb(), startRedis()])
})

afterAll(() => Promise.all([database.stop(), redis.stop()]))

beforeEach(async () => {
  shops += 1
  stall = await openStall(ENGINE, {
    DATABASE_URL: `${database.url}/faults_${shops}`,
    REDIS_URL: redis.url,
    ORDER_TTL_S: String(sized(5, 30)),
  })
})

afterEach(() => stall.close())

it('loses nothing when the database is killed while it writes', async () => {
  for (let round = 0; round < sized(2, 8); round += 1) {
    const dice = createDice(firstSeed + round)
    await tradeDuring(stall, firstSeed + round, async () => {
      await sleep(dice.whole(0, 400))
      await database.kill()
      await sleep(dice.whole(0, 1_500))
      await database.restart()
      await sleep(500)
    })
    await stall.audit('kill -9 of the database', { kills: 1 })
  }
})

it('gives nothing twice when Redis is emptied or killed', async () => {
  const client = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: 1 })
  client.on('error', () => undefined) // it is killed
  for (let round = 0; round < sized(1, 5); round += 1) {
    await tradeDuring(stall, firstSeed + round, async () => {
      for (let at = 0; at < 10; at += 1) {
        await client.flushall()
        await sleep(50)
      }
      await redis.kill()
      await sleep(sized(700, 3_000))
      await redis.restart()
      await sleep(500)
    })
    await stall.audit('Redis emptied and killed', { kills: 1 })
  }
  client.disconnect()
})

/** Longer than an order may wait for its money: what came in time is still in time. */
const AWAY_MS = sized(11_000, 60_000)

it('takes money for orders that ended while the database was away, as of the time when it came', async () => {
  const orders = await placeSeveral(stall, createDice(firstSeed), 12)
  await database.kill()
  const back = performance.now() + AWAY_MS
  for (const order of orders) expect(await pay(stall, order)).toBe(true)
  await payUnasked(stall, createDice(firstSeed))
  await sleep(back - performance.now())
  await database.restart()
  await stall.audit(`database away for ${AWAY_MS / 1000} s`)
  await expectPaid(orders)
  const rows = await stall.db.kysely.selectFrom('payments').selectAll().orderBy('received_at').execute()
  const recorded = rows.map((row) => row.recorded_at)
  expect(recorded).toEqual(recorded.toSorted((a, b) => a - b))
})

if (isWhole) {
  it('takes money for orders that ended while the database was frozen', async () => {
    const orders = await placeSeveral(stall, createDice(firstSeed), 12)
    database.pause()
    const back = performance.now() + AWAY_MS
    await Promise.all(orders.map((order) => pay(stall, order)))
    await sleep(back - performance.now())
    database.resume()
    await stall.audit(`database frozen for ${AWAY_MS / 1000} s`)
    await expectPaid(orders)
  })
}

async function expectPaid(orders: readonly PlacedOrder[]): Promise<void> {
  expect(stall.ledger.pushes.map((push) => push.answer?.code)).not.toContain(undefined)
  const rows = await stall.db.kysely.selectFrom('payments').selectAll().execute()
  const paid = rows.map((row) => row.settles_order_id).filter((id) => id !== null)
  expect(paid.toSorted()).toEqual(orders.map((order) => order.id).toSorted())
}
