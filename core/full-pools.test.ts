import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { notingFull, refuseKnownFull } from './full-pools.ts'
import { fail } from './errors.ts'

describeOnEngines('a price that was found full', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const details = { freeInSeconds: 80, otherChannels: ['wechat'] }
  const find = (priceCents: number) =>
    notingFull(shop, 'alipay', priceCents, async () => fail('no_free_amount', details))

  it('is refused in the same words for a second, by itself and on its own channel', async () => {
    await expect(find(100)).rejects.toMatchObject({ code: 'no_free_amount' })
    await expect(refuseKnownFull(shop, 'alipay', 100)).rejects.toMatchObject({
      code: 'no_free_amount',
      details: { freeInSeconds: expect.closeTo(80, 1) as unknown, otherChannels: ['wechat'] },
    })
    await refuseKnownFull(shop, 'alipay', 101)
    await refuseKnownFull(shop, 'wechat', 100)
    shop.advance(1_100)
    await refuseKnownFull(shop, 'alipay', 100)
  })

  it('is asked for again when another error came', async () => {
    const failing = notingFull(shop, 'alipay', 102, async () => fail('channel_unavailable'))
    await expect(failing).rejects.toMatchObject({ code: 'channel_unavailable' })
    await refuseKnownFull(shop, 'alipay', 102)
  })

  it('is sold all the same when the store holds what nobody here wrote', async () => {
    const product = await trade.addProduct()
    const { price_cents: price } = await trade.order(product)
    const [now, later] = [shop.now(), shop.now() + 9e6]
    const foreign = ['', 'null', '[]', '{}', `{"freeAt":${later}}`, `${now}`, `${now - 5_000} ${later} `]
    for (const text of [...foreign, `${later} ${later} wechat`, `${now} 1e99 wechat`, `x${now} ${later} `]) {
      await shop.store.remember(`full:alipay:${price}`, text, 60_000)
      expect([text, (await trade.order(product)).state]).toEqual([text, 'pending'])
    }
  })
})
