import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { noting } from '../test/support/queries.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER } from '../test/support/trade.ts'
import { revokeMerchantKey } from './merchant-keys.ts'
import { findSignedQuery } from './merchant-return.ts'

describeOnEngines('the way back to a site', (engine) => {
  let shop: TestShop
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  it('of our own API names the order, and needs no key', async () => {
    const { order, asked } = await site.place({ protocol: 'v1', outTradeNo: 'R-1', request: {} })
    const read: string[] = []
    const asking = { ...shop, db: shop.db.withPlugin(noting(read)) }
    expect(await findSignedQuery(asking, order, asked)).toBe(`order_id=${order.id}&out_trade_no=R-1`)
    expect(read).toEqual([])
  })

  it('is none of the Api edition, nor where no key is left to sign with', async () => {
    const old = await site.place({ protocol: 'api_edition' })
    expect(await findSignedQuery(shop, old.order, old.asked)).toBeNull()
    const { order, asked } = await site.place({ protocol: 'epay' })
    expect(await findSignedQuery(shop, order, asked)).toMatch(/&sign=[0-9a-f]{32}&sign_type=MD5$/)
    await revokeMerchantKey(shop, site.merchant.id, site.keyId, SELLER)
    expect(await findSignedQuery(shop, order, asked)).toBeNull()
  })
})
