/** The servers beside the till are killed, emptied and away for a while, under load. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startMariadb, startRedis, type TestServer } from '../support/servers.js'
import { until } from '../support/until.ts'
import { createDice, firstSeed, isWhole, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd, pay, payUnasked, placeSeveral } from './trade.ts'

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
    ORDER_TTL_S: String(sized(4, 30)),
  })
})

afterEach(() => stall.close())

/** Trades until `work` has been done, and a little longer. */
async function during(seed: number, work: () => Promise<void>): Promise<void> {
  let over = false
  const trading = crowd(stall, createDice(seed), { atOnce: 6, most: 2_000, isOver: () => over })
  await sleep(300)
  await work().finally(() => (over = true))
  await trading
}

it('loses nothing when the database is killed while it writes', async () => {
  for (let round = 0; round < sized(2, 12); round += 1) {
    const dice = createDice(firstSeed + round)
    await during(firstSeed + round, async () => {
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
  for (let round = 0; round < sized(1, 8); round += 1) {
    await during(firstSeed + round, async () => {
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
const AWAY_MS = sized(9_000, 60_000)

it.each(isWhole ? (['killed', 'frozen'] as const) : (['killed'] as const))(
  'takes money for orders that ended while the database was %s, as of the time when it came',
  async (how) => {
    const orders = await placeSeveral(stall, createDice(firstSeed), 12)
    await (how === 'killed' ? database.kill() : database.pause())
    const back = performance.now() + AWAY_MS
    const from = stall.ledger.pushes.length
    await Promise.all([...orders.map((order) => pay(stall, order)), payUnasked(stall, createDice(firstSeed))])
    expect(stall.ledger.pushes.slice(from).map((push) => push.answer?.code)).toEqual(
      Array.from({ length: 13 }, () => 1),
    )
    await sleep(back - performance.now())
    await (how === 'killed' ? database.restart() : database.resume())
    await until(stall.spoolsAreEmpty, 'what came meanwhile', 30_000)
    await stall.audit(`database ${how} for ${AWAY_MS / 1000} s`)
    const rows = await stall.db.kysely.selectFrom('payments').selectAll().orderBy('recorded_at').execute()
    expect(
      rows.filter((row) => row.match_kind === 'matched').map((row) => row.settles_order_id),
    ).toHaveLength(orders.length)
    const times = rows.map((row) => row.received_at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  },
)
