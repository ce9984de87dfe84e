import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { addAccount, changeAccount } from './accounts.ts'
import { noteLinkOpened, readLinkUse } from './amount-link.ts'
import { changeChannel } from './orders.ts'

const PAYEE = '2088123412341234'

describeOnEngines('an Alipay link with the amount', (engine) => {
  let shop: TestShop
  let trade: Trade

  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })

  afterAll(() => shop.close())

  async function offerLink(alipayUserId: string | null): Promise<void> {
    await changeAccount(shop, trade.accounts.alipay, { name: 'a', enabled: true, alipayUserId }, SELLER)
  }

  const codesOf = (accountId: string, enabled_at: number | null) =>
    shop.db.updateTable('payee_codes').set({ enabled_at }).where('account_id', '=', accountId).execute()

  it('is offered beside the code once the seller names the payee, and by no other order', async () => {
    const product = await trade.addProduct()
    expect((await trade.order(product)).amount_link).toBeNull()
    await offerLink(PAYEE)
    const order = await trade.order(product)
    const url = new URL(order.amount_link ?? '')
    expect(`${url.protocol}//${url.host}${url.pathname}`).toBe('alipays://platformapi/startapp')
    expect(url.searchParams.get('appId')).toBe('20000123')
    expect(JSON.parse(url.searchParams.get('biz_data') ?? '')).toEqual({
      s: 'money',
      u: PAYEE,
      a: (order.due_cents / 100).toFixed(2),
      m: order.id.replace(/[-_]/g, '').slice(0, 8),
    })
    expect(order.code_payload).toMatch(/^https:\/\/qr\.alipay\.com\//)
    const onWechat = await trade.order(product, { channel: 'wechat' })
    expect(onWechat.amount_link).toBeNull()
  })

  it('stands alone where no code fits, is paid like a code, and is gone with the payee', async () => {
    await offerLink(PAYEE)
    await codesOf(trade.accounts.alipay, null)
    const product = await trade.addProduct()
    shop.advance(1_500) // what is shown is remembered for a second
    const order = await trade.order(product)
    expect(order).toMatchObject({ code_id: null, code_payload: order.amount_link })
    expect(order.code_fixed_at).not.toBeNull()
    expect(await trade.pay(order)).toMatchObject({ match: 'matched', orderId: order.id })
    await offerLink(null)
    await expect(trade.order(product)).rejects.toMatchObject({ code: 'no_code_for_price' })
    await codesOf(trade.accounts.alipay, 1)
    shop.advance(1_500)
  })

  it('goes with the channel that the order changes to', async () => {
    await offerLink(PAYEE)
    const product = await trade.addProduct()
    const order = await trade.order(product, { channel: 'wechat' })
    await changeChannel(shop, order.id, 'alipay', '192.0.2.1')
    const changed = await trade.read(order.id)
    expect(changed.amount_link).toContain(encodeURIComponent((changed.due_cents / 100).toFixed(2)))
    await changeChannel(shop, order.id, 'wechat', '192.0.2.1')
    expect((await trade.read(order.id)).amount_link).toBeNull()
  })

  it('is counted when it is followed, once for each order, with how many of them were paid', async () => {
    await offerLink(PAYEE)
    const product = await trade.addProduct()
    const before = (await readLinkUse(shop)).get(trade.accounts.alipay) ?? { opened: 0, paid: 0 }
    const [paid, unpaid, ignored] = [
      await trade.order(product),
      await trade.order(product),
      await trade.order(product),
    ]
    for (const { id } of [paid, paid, unpaid]) await noteLinkOpened(shop, id)
    await trade.pay(paid)
    await trade.pay(ignored)
    expect((await readLinkUse(shop)).get(trade.accounts.alipay)).toEqual({
      opened: before.opened + 2,
      paid: before.paid + 1,
    })
  })

  it('is refused for anything but an Alipay user id on an Alipay account', async () => {
    await expect(offerLink('1088123412341234')).rejects.toMatchObject({ code: 'bad_input' })
    const wallet = { name: 'w', enabled: true, alipayUserId: PAYEE }
    await expect(addAccount(shop, 'wechat', wallet, SELLER)).rejects.toMatchObject({ code: 'bad_input' })
  })
})
