import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import * as accounts from './accounts.ts'
import { listAudit } from './audit.ts'
import * as codes from './codes.ts'
import { deliverByHand } from './delivery.ts'
import * as inbox from './inbox.ts'
import * as secrets from './listener-secrets.ts'
import * as listeners from './listeners.ts'
import { markPaid } from './mark-paid.ts'
import { noteOrder } from './order-list.ts'
import { cancelOrder } from './orders.ts'
import { changeProduct, type ProductInput } from './products.ts'
import * as rules from './rule-book.ts'
import { changeSettings } from './settings.ts'
import { transaction } from './shop.ts'
import { choosePassword, signIn } from './sign-in.ts'
import { voidStock } from './stock.ts'

describeOnEngines('I10: every act by hand is on record', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const newOrder = async (change: Partial<ProductInput> = {}) => trade.order(await trade.addProduct(change))
  const product: ProductInput = {
    name: 'x',
    description: '',
    purchaseNote: '',
    priceCents: 123,
    deliveryKind: 'shared',
    sharedText: 'the very goods',
    maxQuantity: 1,
    lowStock: 0,
    sort: 0,
    onSale: true,
    unlisted: false,
  }
  const device = { name: 'phone', enabled: true, accountIds: [] as string[] }

  const rule: rules.RuleInput = {
    ...{ name: 'x', app: 'com.example', channel: 'wechat', kind: 'ignore', priority: 1, enabled: true },
    ...{ titles: ['*'], texts: ['*'], samples: [] },
  }
  async function anyRule(): Promise<string> {
    return (await rules.listRules(shop)).find((one) => one.default_key !== null)!.id
  }

  async function oddMoney(): Promise<string> {
    const order = await newOrder()
    await cancelOrder(shop, order.id, 'buyer')
    const notice = trade.noticeFor(order)
    await trade.pay(order, notice)
    return notice.paymentId
  }
  async function spareCode(): Promise<string> {
    const spare = (await codes.listCodes(shop)).find(({ payload }) => payload.endsWith('zzz'))
    return spare!.id
  }
  async function newDevice(): Promise<string> {
    return (await listeners.addListener(shop, device, SELLER)).id
  }

  const acts: Record<string, () => Promise<unknown>> = {
    'orders.mark-paid': async () => markPaid(shop, (await newOrder()).id, 'seen', SELLER),
    'orders.cancel': async () => cancelOrder(shop, (await newOrder()).id, SELLER, 'asked for it'),
    'orders.deliver': async () => {
      const order = await newOrder({ deliveryKind: 'manual' })
      await trade.pay(order)
      await deliverByHand(shop, order.id, 'the very goods', SELLER)
    },
    'orders.note': async () => noteOrder(shop, (await newOrder()).id, 'called him', SELLER),
    'payments.assigning': async () =>
      inbox.assignPayment(shop, await oddMoney(), (await newOrder()).id, SELLER),
    'payments.refunded': async () =>
      inbox.closeCase(shop, await oddMoney(), { state: 'refunded', note: 'sent back' }, SELLER),
    'payments.reopen': async () => {
      const id = await oddMoney()
      await inbox.closeCase(shop, id, { state: 'ignored', note: '' }, SELLER)
      await inbox.reopenCase(shop, id, SELLER)
    },
    'stock.import': () => trade.addProduct({ deliveryKind: 'keys' }, ['the very goods']),
    'stock.void': async () => {
      const id = await trade.addProduct({ deliveryKind: 'keys' }, ['the very goods'])
      const { id: itemId } = await shop.db
        .selectFrom('stock_items')
        .select('id')
        .where('product_id', '=', id)
        .executeTakeFirstOrThrow()
      await voidStock(shop, id, { itemIds: [itemId] }, SELLER)
    },
    'products.add': () => trade.addProduct({ sharedText: 'the very goods' }),
    'products.change': async () => changeProduct(shop, await trade.addProduct(), product, SELLER),
    'codes.add': () =>
      codes.addCodes(shop, [{ payload: `wxp://f2f0${'z'.repeat(32)}`, amountCents: 5 }], SELLER),
    'codes.change': async () =>
      codes.changeCode(shop, await spareCode(), { amountCents: null, enabled: true }, SELLER),
    'codes.delete': async () => codes.deleteCode(shop, await spareCode(), SELLER),
    'accounts.add': () => accounts.addAccount(shop, 'wechat', { name: 'second', enabled: false }, SELLER),
    'accounts.change': () =>
      accounts.changeAccount(shop, trade.accounts.wechat, { name: 'renamed', enabled: true }, SELLER),
    'listeners.add': newDevice,
    'listeners.change': async () => listeners.changeListener(shop, await newDevice(), device, SELLER),
    'listeners.renew': async () => secrets.renewListenerSecret(shop, await newDevice(), SELLER),
    'listeners.show-secret': async () => secrets.showListenerSecret(shop, await newDevice(), SELLER),
    'rules.add': () => rules.addRule(shop, rule, SELLER),
    'rules.change': async () => rules.changeRule(shop, await anyRule(), rule, SELLER),
    'rules.reset': async () => rules.resetRule(shop, await anyRule(), SELLER),
    'rules.delete': async () => rules.deleteRule(shop, (await rules.addRule(shop, rule, SELLER)).id, SELLER),
    'settings.change': () => transaction(shop, (tx) => changeSettings(tx, { shopName: 'new name' }, SELLER)),
    'password.change': async () => {
      const who = await signIn(shop, {
        name: 'admin',
        password: 'admin',
        address: SELLER.address,
        direct: true,
      })
      await choosePassword(shop, who, { next: 'the very secret 123' }, SELLER)
    },
    'session.sign-in': () =>
      signIn(shop, {
        name: 'admin',
        password: 'the very secret 123',
        address: SELLER.address,
        direct: false,
      }),
  }

  it.each(Object.keys(acts))(
    '%s: who, from where, when, and what it was before and after',
    async (action) => {
      const count = async () => (await listAudit(shop, 1, 1)).total
      const before = await count()
      await acts[action]!()
      expect(await count()).toBeGreaterThan(before)
      const entries = (await listAudit(shop, 1, 1_000)).entries.filter((entry) => entry.action === action)
      const [entry] = entries
      expect(entry).toMatchObject({ actor: SELLER.name, address: SELLER.address })
      expect(shop.now() - entry!.at).toBeLessThan(20_000)
      for (const value of [entry!.before_value, entry!.after_value])
        expect(() => JSON.parse(value)).not.toThrow()
    },
  )

  it('says what changed', async () => {
    const order = await newOrder()
    await noteOrder(shop, order.id, 'first', SELLER)
    shop.advance(1)
    await noteOrder(shop, order.id, 'second', SELLER)
    const { entries } = await listAudit(shop, 1, 1_000)
    const notes = entries.filter(({ subject, action }) => subject === order.id && action === 'orders.note')
    expect(notes.map(({ before_value, after_value }) => [before_value, after_value])).toContainEqual([
      '{"note":"first"}',
      '{"note":"second"}',
    ])
  })

  it('keeps no secret and no goods', async () => {
    const record = JSON.stringify((await listAudit(shop, 1, 1_000)).entries)
    const secrets = await shop.db.selectFrom('listeners').select('secret').execute()
    for (const secret of [
      ...secrets.map((row) => row.secret),
      'the very goods',
      'the very secret',
      '$argon2id$',
    ])
      expect(record).not.toContain(secret)
  })

  it('has no row for an act that was refused', async () => {
    const order = await newOrder()
    await trade.pay(order)
    const before = (await listAudit(shop, 1, 1)).total
    await expect(cancelOrder(shop, order.id, SELLER, 'x')).rejects.toThrow()
    await expect(markPaid(shop, order.id, 'x', SELLER)).resolves.toBeUndefined() // paid already: nothing happened
    await expect(deliverByHand(shop, order.id, 'x', SELLER)).rejects.toThrow()
    expect((await listAudit(shop, 1, 1)).total).toBe(before)
  })
})

describe('the record', () => {
  it('is only ever added to: no statement of the program changes or deletes it', async () => {
    const files = (await readdir('core', { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name))
    const text = (await Promise.all(files.map((name) => readFile(`core/${name}`, 'utf8')))).join('\n')
    expect(text).toMatch(/insertInto\('audit_entries'\)/)
    expect(text).not.toMatch(/(updateTable|deleteFrom|replaceInto)\(\s*'(audit_entries|order_events)'/)
  })
})
