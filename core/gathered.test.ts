import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { gathered } from './gathered.ts'
import { transaction } from './shop.ts'

describeOnEngines('what is read for many at once', (engine) => {
  let shop: TestShop
  beforeAll(async () => (shop = await openTestShop(engine)))
  afterAll(() => shop.close())

  it('is refused inside of a transaction, which spoils it for nobody', async () => {
    const seen: (readonly string[])[] = []
    const find = gathered<string, string>(async (_, keys) => {
      seen.push(keys)
      return new Map(keys.map((key) => [key, key.toUpperCase()]))
    })
    await expect(transaction(shop, (tx) => find(tx, 'a'))).rejects.toThrow('reads for itself')
    expect(await Promise.all([find(shop, 'b'), find(shop, 'c')])).toEqual(['B', 'C'])
    expect(seen).toEqual([['b', 'c']])
  })

  it('goes by the database’s clock and not by that of whoever asked first', async () => {
    const find = gathered<string, number>(async ({ now }, keys) => new Map(keys.map((key) => [key, now()])))
    const at = await find({ ...shop, now: () => 1 }, 'a')
    expect(Math.abs((at ?? 0) - shop.database.now())).toBeLessThan(5_000)
  })
})
