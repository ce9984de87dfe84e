import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER } from '../test/support/trade.ts'
import { findMerchantSide } from './merchant-sides.ts'
import { changeMerchant, type MerchantInput } from './merchants.ts'

describeOnEngines('the merchant’s side of an order', (engine) => {
  let shop: TestShop
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
  })
  afterAll(() => shop.close())

  it('is read once for all pages of a moment, each with its own', async () => {
    const { merchant, place } = await openMerchant(shop)
    const orders = [(await place()).order, (await place()).order, (await place()).order]
    const asked = vi.spyOn(shop.database.kysely, 'executeQuery')
    const sides = await Promise.all([...orders, ...orders].map((order) => findMerchantSide(shop, order)))
    expect(sides.map((side) => side?.asked.order_id)).toEqual([...orders, ...orders].map(({ id }) => id))
    expect(new Set(sides.map((side) => side?.merchant.id))).toEqual(new Set([merchant.id]))
    expect(asked).toHaveBeenCalledTimes(1) // the statement of `merchant_orders`; what is built anew takes another way
    asked.mockRestore()
  })

  it('shows at once what the seller changed in the merchant, and is absent from an order of the shop', async () => {
    const { merchant, place } = await openMerchant(shop)
    const { order } = await place()
    expect((await findMerchantSide(shop, order))?.merchant.name).toBe(merchant.name)
    const input: MerchantInput = {
      ...{ name: '新名字', enabled: true, channels: [], accountIds: [], returnHosts: [] },
      ...{ callbackMethod: 'GET' as const, showQrcode: false, ordersPerMinute: 0 },
    }
    await changeMerchant(shop, merchant.id, input, SELLER)
    expect((await findMerchantSide(shop, order))?.merchant.name).toBe('新名字')
    expect(await findMerchantSide(shop, { id: order.id, merchant_id: null })).toBeUndefined()
  })
})
