/** Telling a buyer that every amount of a price is taken. */
import { Redis } from 'ioredis'
import { ShopError } from '../../core/errors.ts'
import { placeOrder } from '../../core/place-order.ts'
import type { Shop } from '../../core/shop.ts'
import type { Bench } from './bench.ts'
import { orderRequest, wishFor } from './buyers.ts'
import type { Figure } from './figures.ts'
import { openLines, type Line } from './http-line.ts'
import { medians, rateOf, rateWithin } from './load.ts'
import { openShop } from './stand.ts'

const BUYERS = 32

export async function measureRefusals(bench: Bench): Promise<Figure[]> {
  return [...(await measureInside(bench)), ...(await measureOverHttp(bench))]
}

/** In this process, as many at once as over HTTP. */
async function measureInside({ size, stand, databaseUrl, secret, redisUrl }: Bench): Promise<Figure[]> {
  const remembering = await openShop(databaseUrl, secret, redisUrl)
  const forgetful: Shop = { ...stand.shop, store: { ...stand.shop.store, recall: async () => undefined } }
  const redis = new Redis(redisUrl)
  const workers = Array.from({ length: BUYERS }, (_, index) => index)
  const [productId = ''] = stand.fullIds
  const refuse = (shop: Shop) => async () => {
    const error: unknown = await placeOrder(shop, wishFor(productId)).catch((cause: unknown) => cause)
    if (!(error instanceof ShopError && error.code === 'no_free_amount')) throw error
  }
  let names = 0
  const claim = () => redis.set(`bench:${(names += 1)}`, '1', 'PX', 1_000, 'NX')

  const { known, asked, raw } = await medians(size, {
    known: () => rateWithin(size.roundMs, workers, refuse(remembering)),
    asked: () => rateWithin(size.roundMs, workers, refuse(forgetful)),
    raw: () => rateWithin(size.roundMs, workers, claim),
  })
  redis.disconnect()
  await remembering.store.close()
  await remembering.database.close()
  return [
    {
      title: 'full price refused, in the process, with Redis',
      unit: '/s',
      value: known,
      raw: { title: 'by the database alone', value: asked },
      goal: '≥ 4',
    },
    {
      title: 'the same',
      unit: '/s',
      value: known,
      raw: { title: 'Redis SET NX', value: raw },
    },
  ]
}

/** A price that was found full a moment ago, against prices that nobody asked for within the last second. */
async function measureOverHttp({ size, stand, till, tillWithoutRedis }: Bench): Promise<Figure[]> {
  const { fullIds } = stand
  const lines = await openLines(till.url, BUYERS)
  const rawLines = await openLines(tillWithoutRedis.url, BUYERS)
  const refuse = (productId: () => string | undefined) => async (line: Line) => {
    const { status, body } = await line.ask(orderRequest(productId() ?? ''))
    if (status !== 409) throw new Error(`A full price was answered ${status}: ${body}`)
  }
  let turn = 0
  const refuseFirst = refuse(() => fullIds[0])
  const refuseNext = refuse(() => fullIds[turn++ % fullIds.length]) // goes on from round to round
  await rateOf(fullIds.length, rawLines, refuseNext) // the till gets to know each pool
  const { known, asked } = await medians(size, {
    known: () => rateWithin(size.roundMs, lines, refuseFirst),
    asked: () => rateWithin(size.roundMs, rawLines, refuseNext),
  })
  for (const line of [...lines, ...rawLines]) line.close()
  return [
    {
      title: 'full price refused, over HTTP',
      unit: '/s',
      value: known,
      raw: { title: 'by the database alone', value: asked },
      goal: '≥ 2',
    },
  ]
}
