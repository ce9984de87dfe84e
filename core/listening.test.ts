import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { orUnheard, readListening } from './listening.ts'
import { fail } from './errors.ts'
import { forgetTills, WHOLE_SHOP, type TillScope } from './tills.ts'

describeOnEngines('who listens for a merchant', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  async function device(set: { heartbeat_at?: number | null; noticed_at?: number | null }): Promise<void> {
    await shop.db.updateTable('listeners').set(set).where('id', '=', trade.listenerId).execute()
    forgetTills(shop)
  }
  const scope = (change: Partial<TillScope>): TillScope => ({ ...WHOLE_SHOP, ...change })
  const refused = (): Promise<never> => fail('no_code_for_price')

  it('is nobody yet when no device has ever been heard', async () => {
    expect(await readListening(shop, WHOLE_SHOP)).toEqual({ heardAt: null, noticedAt: null, state: 'never' })
  })

  it('is somebody while a device that cannot say whether it is alive was heard once', async () => {
    const at = shop.now()
    await device({ noticed_at: at })
    shop.advance(3_600_000)
    expect(await readListening(shop, WHOLE_SHOP)).toEqual({ heardAt: at, noticedAt: at, state: 'there' })
    await expect(orUnheard(shop, 'alipay', WHOLE_SHOP, refused)).rejects.toMatchObject({
      code: 'no_code_for_price',
    })
  })

  it('is nobody once every device that says that it is alive has fallen silent', async () => {
    await device({ heartbeat_at: shop.now() })
    expect(await readListening(shop, WHOLE_SHOP)).toMatchObject({ state: 'there' })
    shop.advance(130_000)
    expect(await readListening(shop, WHOLE_SHOP)).toMatchObject({ state: 'silent' })
    await expect(orUnheard(shop, 'alipay', WHOLE_SHOP, refused)).rejects.toMatchObject({
      code: 'nobody_listens',
    })
  })

  it('looks at the accounts and channels of that merchant only', async () => {
    await shop.db
      .updateTable('listener_accounts')
      .set({ account_id: 'another account' })
      .where('account_id', '=', trade.accounts.wechat)
      .execute()
    forgetTills(shop)
    expect(await readListening(shop, scope({ channels: ['alipay'] }))).toMatchObject({ state: 'silent' })
    expect(await readListening(shop, scope({ channels: ['wechat'] }))).toMatchObject({ state: 'never' })
    expect(await readListening(shop, scope({ accountIds: ['none'] }))).toMatchObject({ heardAt: null })
    await expect(orUnheard(shop, 'wechat', WHOLE_SHOP, refused)).rejects.toMatchObject({
      code: 'no_code_for_price',
    })
  })

  it('says nothing of other refusals, and nothing of what succeeds', async () => {
    expect(await orUnheard(shop, 'alipay', WHOLE_SHOP, () => Promise.resolve('placed'))).toBe('placed')
    const other = (): Promise<never> => fail('no_free_amount')
    await expect(orUnheard(shop, 'alipay', WHOLE_SHOP, other)).rejects.toMatchObject({
      code: 'no_free_amount',
    })
  })
})
