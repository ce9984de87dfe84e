import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { noting } from '../test/support/queries.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade } from '../test/support/trade.ts'
import { listMerchantsAtWork } from './merchant-list.ts'

describeOnEngines('the list of merchants', (engine) => {
  let shop: TestShop
  const sites: TestMerchant[] = []
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    for (let at = 0; at < 3; at += 1) sites.push(await openMerchant(shop))
  })
  afterAll(() => shop.close())

  it('says which protocols each spoke lately, the tests apart', async () => {
    const [first, second] = sites
    await first?.place({ protocol: 'v1', request: {} })
    await first?.place({ protocol: 'epay' })
    await first?.place({ protocol: 'epay' })
    await second?.place({ protocol: 'vmq' })
    await second?.place({ protocol: 'api_edition', mode: 'test' })
    const listed = await listMerchantsAtWork(shop)
    const spoken = new Map(listed.map(({ merchant, protocols }) => [merchant.id, [...protocols].sort()]))
    expect(sites.map(({ merchant }) => spoken.get(merchant.id))).toEqual([['epay', 'v1'], ['vmq'], []])
  })

  it('asks the database as often for many as for one', async () => {
    const read: string[] = []
    const asking = { ...shop, db: shop.db.withPlugin(noting(read)) }
    await listMerchantsAtWork(asking)
    const before = read.splice(0).length
    await openMerchant(shop)
    await listMerchantsAtWork(asking)
    expect(read).toHaveLength(before)
  })

  it('is whole where there are more than one query tells of', async () => {
    const last = sites[2]!
    const rows = Array.from({ length: 120 }, (_, at) => ({
      ...last.merchant,
      id: `m${at}`,
      pid: 5_000 + at,
      default_at: null,
    }))
    await shop.db.insertInto('merchants').values(rows).execute()
    const late = { ...last, merchant: rows[119]! }
    await late.place({ merchant: late.merchant, protocol: 'vmq' })
    const listed = await listMerchantsAtWork(shop)
    expect(listed.find(({ merchant }) => merchant.id === 'm119')?.protocols).toEqual(['vmq'])
  })
})
