import { afterEach, expect, it } from 'vitest'
import { describeOnEngines } from './engines.ts'
import { openTestShop, type TestShop } from './shop.ts'

describeOnEngines('the shop of the tests', (engine) => {
  let shop: TestShop
  afterEach(() => shop.close())

  it('has a database of its own that is ready for orders, and a clock that the test turns', async () => {
    shop = await openTestShop(engine, { slotDepth: 3 })
    const before = await shop.database.readClock()
    shop.advance(3_600_000)
    const after = await shop.database.readClock()
    expect(after - before).toBeGreaterThanOrEqual(3_600_000)
    expect(after - before).toBeLessThan(3_610_000)
    expect(shop.settings.current.slotDepth).toBe(3)
    expect(await shop.db.selectFrom('accounts').select('channel').execute()).toHaveLength(2)
    expect(await shop.db.selectFrom('orders').select('id').execute()).toEqual([])
  })
})
