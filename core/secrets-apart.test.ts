import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { SELLER } from '../test/support/trade.ts'
import { CannotStart } from './errors.ts'
import { addMerchantKey } from './merchant-keys.ts'
import { isKeyFree } from './secrets-apart.ts'
import { prepareShop } from './start.ts'

const PHONE = 'the secret of the phone 01'
const SITE = 'the key of a merchant 0001'

describeOnEngines('a secret', (engine) => {
  let shop: TestShop
  beforeEach(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: PHONE })
  })
  afterEach(() => shop.close())

  it('serves one purpose: no merchant gets that of a phone, and no phone that of a merchant', async () => {
    const { merchant } = await openMerchant(shop)
    const add = (secret: string) =>
      addMerchantKey(shop, merchant.id, { kind: 'md5', name: 'x', secret }, SELLER)
    await expect(add(PHONE)).rejects.toMatchObject({ code: 'weak_secret' })
    await add(SITE)
    await expect(prepareShop(shop, { listenerSecret: SITE })).rejects.toThrow(CannotStart)
    const row = await shop.db.selectFrom('listeners').select('secret').executeTakeFirstOrThrow()
    expect(row.secret).toBe(PHONE)
    await prepareShop(shop, { listenerSecret: `${PHONE}, renewed` })
  })

  it('is free while nobody has it', async () => {
    const { merchant } = await openMerchant(shop)
    await addMerchantKey(shop, merchant.id, { kind: 'md5', name: 'x', secret: SITE }, SELLER)
    const free = await Promise.all([PHONE, SITE, 'another secret 0001'].map((text) => isKeyFree(shop, text)))
    expect(free).toEqual([false, false, true])
  })
})
