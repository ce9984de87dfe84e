import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { SELLER } from '../test/support/trade.ts'
import { addMerchant, findMerchant, type MerchantInput } from './merchants.ts'

const INPUT: MerchantInput = {
  name: '示例网店',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: [],
  callbackMethod: 'GET',
  showQrcode: false,
  ordersPerMinute: 0,
}

describeOnEngines('the number of a merchant', (engine) => {
  let shop: TestShop
  beforeEach(async () => (shop = await openTestShop(engine)))
  afterEach(() => shop.close())

  const add = (pid?: number) => addMerchant(shop, { ...INPUT, pid }, SELLER)

  it('is one that can be found, also when the last of all is taken', async () => {
    for (const pid of [1001, 1003, 999_999_999]) await add(pid)
    for (const free of [1002, 1004]) {
      const { id, pid } = await add()
      expect(pid).toBe(free)
      expect(await findMerchant(shop, String(pid))).toMatchObject({ id })
    }
  })

  it('is another for each of many that are added at once', async () => {
    await openMerchant(shop)
    const added = await Promise.all(Array.from({ length: 6 }, () => add()))
    expect(added.map(({ pid }) => pid).sort()).toEqual([1002, 1003, 1004, 1005, 1006, 1007])
  })

  it('is refused when it was typed and is taken', async () => {
    await add(4711)
    await expect(add(4711)).rejects.toMatchObject({ code: 'bad_input', details: { field: 'pid' } })
  })
})
