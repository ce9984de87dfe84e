import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { SELLER } from '../test/support/trade.ts'
import { noting } from '../test/support/queries.ts'
import {
  addMerchantKey,
  findSigningKey,
  listMerchantKeys,
  revokeMerchantKey,
  rotateMerchantKey,
} from './merchant-keys.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

describeOnEngines('the key that signs', (engine) => {
  let shop: TestShop
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  const signedBy = (sign: string) => findSigningKey(shop, site.merchant.id, sign, (key) => md5(`x${key}`))

  it('is found by what it signed, in small letters or capitals, and is noted as used', async () => {
    expect(await signedBy(md5(`x${site.key}`))).toMatchObject({ id: site.keyId })
    expect(await signedBy(md5(`x${site.key}`).toUpperCase())).toMatchObject({ id: site.keyId })
    const [row] = await listMerchantKeys(shop, site.merchant.id)
    expect(row?.used_at).not.toBeNull()
  })

  it('is nobody’s for another text, for no key at all, or for a key of another merchant', async () => {
    const other = await openMerchant(shop)
    for (const sign of ['', md5('x'), md5(`y${site.key}`), md5(`x${other.key}`)]) {
      expect(await signedBy(sign)).toBeUndefined()
    }
  })

  it('is found in whichever way it signed, and its keys are read once for all of them', async () => {
    const read: string[] = []
    const db = shop.db.withPlugin(noting(read))
    const find = (sign: string) =>
      findSigningKey(
        { ...shop, db },
        site.merchant.id,
        sign,
        (key) => md5(`x${key}`),
        (key) => md5(`y${key}`),
      )
    expect(await find(md5(`y${site.key}`))).toMatchObject({ id: site.keyId, way: 1 })
    read.length = 0
    expect(await find(md5(`z${site.key}`))).toBeUndefined()
    expect(read).toEqual(['merchant_keys'])
  })

  it('is brought along by a site that has one; bearer keys are always made here', async () => {
    const secret = '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i'
    for (const kind of ['live', 'test'] as const)
      await expect(
        addMerchantKey(shop, site.merchant.id, { kind, name: '', secret }, SELLER),
      ).rejects.toMatchObject({ code: 'bad_input', details: { field: 'secret' } })
    expect(
      (await addMerchantKey(shop, site.merchant.id, { kind: 'md5', name: '', secret }, SELLER)).secret,
    ).toBe(secret)
  })

  it('works beside its successor for three days, and not at all once it is revoked', async () => {
    const next = await rotateMerchantKey(shop, site.merchant.id, site.keyId, SELLER)
    expect(await signedBy(md5(`x${site.key}`))).toMatchObject({ id: site.keyId })
    expect(await signedBy(md5(`x${next.secret}`))).toMatchObject({ id: next.key.id })
    shop.advance(72 * 3_600_000 + 1)
    expect(await signedBy(md5(`x${site.key}`))).toBeUndefined()
    await revokeMerchantKey(shop, site.merchant.id, next.key.id, SELLER)
    expect(await signedBy(md5(`x${next.secret}`))).toBeUndefined()
  })
})
