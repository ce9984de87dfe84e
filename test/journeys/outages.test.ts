import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { listPayments, placeOrder, showOrder } from '../../api/contract/index.ts'
import { ask, get, order, signInAsSeller, type Seller } from '../support/client.ts'
import { followOrder } from '../support/events.ts'
import { phoneOf, type ListenerAnswer } from '../support/listener.ts'
import { alipayPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { startMariadb, startRedis, type TestServer } from '../support/servers.js'
import { until } from '../support/until.ts'

const PRICE_CENTS = 300

let database: TestServer
let redis: TestServer
let tills: Till[]
let seller: Seller
let product: string
let round = 0

const first = (): Till => tills[0]!
const second = (): Till => tills[1]!

beforeAll(async () => {
  ;[database, redis] = await Promise.all([startMariadb(), startRedis()])
})

afterAll(() => Promise.all([database.stop(), redis.stop()]))

beforeEach(async () => {
  round += 1
  const env = { DATABASE_URL: `${database.url}/shop_${round}`, REDIS_URL: redis.url, ORDER_LIMITS: '0' }
  tills = await Promise.all([startTill(env), startTill(env)])
  seller = await signInAsSeller(first().url)
  product = await seller.addProduct({ priceCents: PRICE_CENTS })
  await seller.addCode(alipayPayload(round), null)
})

afterEach(async () => {
  await Promise.all(tills.map((till) => till.end('SIGKILL')))
})

async function place(till: Till, email: string) {
  const { order: placed, buyerToken } = await get(till.url, placeOrder, {
    body: { productId: product, email, channel: 'alipay' },
  })
  const headers = { 'X-Buyer-Token': buyerToken }
  return { id: placed.id, price: (placed.dueCents / 100).toFixed(2), headers }
}

function show(till: Till, { id, headers }: Awaited<ReturnType<typeof place>>) {
  return get(till.url, showOrder, { params: { id }, headers })
}

/** The phone's view: an answer, or none because the connection ended. */
async function pushTo(till: Till, price: string): Promise<ListenerAnswer | 'no answer'> {
  return (await phoneOf(till)).push(price, 'alipay').catch(() => 'no answer' as const)
}

/** Every amount of every payment, once the spools are empty. */
async function listAmounts(till: Till): Promise<number[]> {
  const { payments } = await get(till.url, listPayments, { headers: seller.headers, query: {} })
  return payments.map((payment) => payment.amountCents ?? 0)
}

it('serves one shop from two processes: no amount twice, and a page on one hears what the other was told', async () => {
  const emails = Array.from({ length: 24 }, (_, index) => `buyer${index}@example.com`)
  const answers = await Promise.all(
    emails.map((email, index) => order(tills[index % 2]!.url, product, email, 'alipay')),
  )
  const amounts = answers.filter((it) => it.status === 201).map((it) => it.reply.order.dueCents)
  expect(amounts.sort((a, b) => a - b)).toEqual(
    Array.from({ length: 11 }, (_, index) => PRICE_CENTS - 10 + index),
  )

  const paid = answers.find((it) => it.status === 201)!.reply.order
  const events = await followOrder(first().url, paid.id)
  await until(() => events.states.includes('pending'), 'the state at the start of the stream', 3_000)
  expect(await pushTo(second(), (paid.dueCents / 100).toFixed(2))).toMatchObject({ code: 1 })
  await until(() => events.states.includes('delivered'), 'the other process to tell this page', 3_000)
  events.close()
})

it('delivers once when both processes get the same notice at the same moment', async () => {
  const bought = await place(first(), 'twice@example.com')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => pushTo(tills[index % 2]!, bought.price)),
  )
  expect(answers.every((it) => it !== 'no answer' && it.code === 1)).toBe(true)
  const { sums } = await get(second().url, listPayments, { headers: seller.headers, query: {} })
  expect(sums.filter((sum) => sum.count > 0).map((sum) => [sum.match, sum.count])).toEqual(
    expect.arrayContaining([
      ['matched', 1],
      ['surplus', 19],
    ]),
  )
  expect((await show(second(), bought)).state).toBe('delivered')
})

it('goes on without Redis, gives no amount twice meanwhile, and uses it again when it is back', async () => {
  await redis.kill()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => order(tills[index % 2]!.url, product, `b${index}@example.com`)),
  )
  const amounts = answers.filter((it) => it.status === 201).map((it) => it.reply.order.dueCents)
  expect(new Set(amounts).size).toBe(11)
  expect(amounts).toHaveLength(11)
  expect(answers.filter((it) => it.status !== 201).map((it) => it.error?.code)).toEqual(
    Array.from({ length: 9 }, () => 'no_free_amount'),
  )
  const paid = answers.find((it) => it.status === 201)!.reply
  expect(await pushTo(first(), (paid.order.dueCents / 100).toFixed(2))).toMatchObject({ code: 1 })
  const headers = { 'X-Buyer-Token': paid.buyerToken }
  expect((await show(second(), { id: paid.order.id, price: '', headers })).state).toBe('delivered')

  await redis.restart() // empty, as after a flush
  const events = await followOrder(first().url, answers.filter((it) => it.status === 201)[1]!.reply.order.id)
  const next = answers.filter((it) => it.status === 201)[1]!.reply.order
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(await pushTo(second(), (next.dueCents / 100).toFixed(2))).toMatchObject({ code: 1 })
  await until(() => events.states.includes('delivered'), 'the wake-up through the new Redis', 10_000)
  events.close()
})

it.each([
  { name: 'is frozen', begin: () => database.pause(), finish: () => database.resume() },
  { name: 'is killed', begin: () => database.kill(), finish: () => database.restart() },
])('loses no notice and says 503 with a time while the database $name', async ({ begin, finish }) => {
  const bought = await place(first(), 'waits@example.com')
  await begin()
  try {
    const asked = await ask(first().url, showOrder, { params: { id: bought.id }, headers: bought.headers })
    expect([asked.status, asked.error?.code]).toEqual([503, 'database_away'])
    expect(Number(asked.headers.get('Retry-After'))).toBeGreaterThan(0)
    const refused = await order(second().url, product, 'later@example.com')
    expect([refused.status, refused.error?.code]).toEqual([503, 'database_away'])

    expect(await pushTo(first(), bought.price)).toMatchObject({ code: 1 })
    expect(await pushTo(first(), '1.23')).toMatchObject({ code: 1 })
  } finally {
    await finish()
  }
  await until(
    async () => (await show(second(), bought).catch(() => null))?.state === 'delivered',
    'the delivery',
    30_000,
  )
  await until(async () => (await listAmounts(first())).length === 2, 'both notices as payments', 30_000)
  expect((await listAmounts(second())).sort()).toEqual([123, Math.round(Number(bought.price) * 100)].sort())
})

it('brings in what it kept on disk when it is killed while the database is away', async () => {
  const bought = await place(first(), 'spooled@example.com')
  await database.kill()
  expect(await pushTo(first(), bought.price)).toMatchObject({ code: 1 })
  const { dataDir, url } = first()
  await first().end('SIGKILL')
  await database.restart()
  tills[0] = await startTill({
    DATABASE_URL: `${database.url}/shop_${round}`,
    REDIS_URL: redis.url,
    ORDER_LIMITS: '0',
    DATA_DIR: dataDir,
    PORT: new URL(url).port,
  })
  await until(async () => (await show(first(), bought)).state === 'delivered', 'the delivery', 30_000)
  expect(await listAmounts(first())).toEqual([Math.round(Number(bought.price) * 100)])
})
