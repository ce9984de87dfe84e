import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { SELLER } from '../test/support/trade.ts'
import { loadRules, rulesInForce, seedRules } from './notification-rules.ts'
import {
  addRule,
  changeRule,
  deleteRule,
  listRules,
  resetRule,
  tryNotification,
  type RuleInput,
} from './rule-book.ts'
import { transaction } from './shop.ts'
import { WALLET_RULES } from './wallet-wordings.ts'

const NEW: RuleInput = {
  name: '新写法',
  app: 'com.tencent.mm',
  channel: 'wechat',
  kind: 'money',
  titles: ['微信支付'],
  texts: ['到账啦{amount}元*'],
  priority: 100,
  samples: [{ title: '微信支付', text: '到账啦3.00元！', amount: '3.00' }],
  enabled: true,
}
const SHOWN = { app: 'com.tencent.mm', title: '微信支付', text: '到账啦3.00元！' }

describeOnEngines('the rules of notifications', (engine) => {
  let shop: TestShop
  beforeEach(async () => {
    shop = await openTestShop(engine)
  })
  afterEach(() => shop.close())

  const byKey = async (key: string) => (await listRules(shop)).find((row) => row.default_key === key)!
  const seed = (rules = WALLET_RULES) => transaction(shop, (tx) => seedRules(tx, rules))
  const inputOf = (row: Awaited<ReturnType<typeof byKey>>): RuleInput => ({
    ...row,
    titles: JSON.parse(row.titles),
    texts: JSON.parse(row.texts),
    samples: JSON.parse(row.samples),
    enabled: row.enabled_at !== null,
  })

  it('begin as those of the program, once, however often it starts', async () => {
    await seed()
    const rows = await listRules(shop)
    expect(rows.map((row) => row.default_key).sort()).toEqual(WALLET_RULES.map(({ key }) => key).sort())
    expect(rulesInForce(shop)).toHaveLength(WALLET_RULES.length)
    expect(rows.every((row) => row.version === 1 && row.edited_at === null)).toBe(true)
  })

  it('are mended by a newer version of the program, but for those that the seller has edited', async () => {
    const [edited, plain] = [await byKey('wechat-received'), await byKey('alipay-received')]
    const input = { ...inputOf(edited), texts: ['我的写法{amount}元'], samples: [] }
    await changeRule(shop, edited.id, input, SELLER)
    const newer = WALLET_RULES.map((rule) => ({ ...rule, texts: [...rule.texts, '新写法¥{amount}*'] }))
    await seed(newer)
    expect(JSON.parse((await byKey('alipay-received')).texts)).toContain('新写法¥{amount}*')
    expect((await byKey('alipay-received')).version).toBe(plain.version + 1)
    expect(JSON.parse((await byKey('wechat-received')).texts)).toEqual(['我的写法{amount}元'])
    const reset = await resetRule(shop, edited.id, SELLER)
    expect([JSON.parse(reset.texts), reset.edited_at, reset.version]).toEqual([
      WALLET_RULES.find(({ key }) => key === 'wechat-received')!.texts,
      null,
      3,
    ])
  })

  it('can be added to: the new one counts at once, and says which it is', async () => {
    expect(tryNotification(shop, SHOWN).kind).toBe('doubt')
    const row = await addRule(shop, NEW, SELLER)
    const found = tryNotification(shop, SHOWN)
    expect(found).toMatchObject({ kind: 'money', amountCents: 300, rule: { id: row.id, version: 1 } })
    const changed = await changeRule(shop, row.id, { ...NEW, enabled: false }, SELLER)
    expect([changed.version, tryNotification(shop, SHOWN).kind]).toEqual([2, 'doubt'])
    await deleteRule(shop, row.id, SELLER)
    await expect(deleteRule(shop, row.id, SELLER)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('can be tried before they count, and nothing comes of it', async () => {
    expect(tryNotification(shop, SHOWN, { rule: NEW })).toMatchObject({ kind: 'money', amountCents: 300 })
    expect(tryNotification(shop, SHOWN).kind).toBe('doubt')
    const { id } = await byKey('wechat-received')
    const other = { app: NEW.app, title: '微信支付', text: '微信支付收款1.00元' }
    expect(tryNotification(shop, other, { rule: NEW, replaces: id }).kind).toBe('doubt')
    expect(() => tryNotification(shop, SHOWN, { rule: { ...NEW, texts: ['{money}'] } })).toThrow()
  })

  it('of the program can be switched off, not deleted', async () => {
    const { id } = await byKey('wechat-received')
    await expect(deleteRule(shop, id, SELLER)).rejects.toMatchObject({ code: 'wrong_state' })
    const own = await addRule(shop, NEW, SELLER)
    await expect(resetRule(shop, own.id, SELLER)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it.each([
    ['a word that there is not', { texts: ['到账{money}元'] }],
    ['a brace that is open', { texts: ['到账{amount元'] }],
    ['nothing to read', { texts: ['到账*'] }],
    ['two amounts in one text', { texts: ['到账{amount}元，余额{amount}元'] }],
    ['an amount in the title and in the text', { titles: ['到账{amount}元'], texts: ['到账{amount}元'] }],
    ['an amount in some of its texts', { texts: ['到账{amount}元', '到账'] }],
    ['an amount that may stand anywhere', { texts: ['*{amount}*'], samples: [] }],
    ['an amount alone', { texts: ['{amount}'], samples: [] }],
    [
      'a sample that it does not read',
      { samples: [{ title: '微信支付', text: '收到3.00元', amount: '3.00' }] },
    ],
    ['a sample that it reads otherwise', { samples: [{ ...NEW.samples[0]!, amount: '4.00' }] }],
    ['a sample of money without an amount', { samples: [{ ...NEW.samples[0]!, amount: null }] }],
    ['a count of messages without a count', { kind: 'merged', texts: ['[条]*'], samples: [] }],
  ] as const)('are refused with %s', async (_, change) => {
    const before = (await listRules(shop)).length
    await expect(addRule(shop, { ...NEW, ...change }, SELLER)).rejects.toMatchObject({ code: 'bad_rule' })
    expect((await listRules(shop)).length).toBe(before)
  })

  it('of money name their titles: a message of any contact has a name for a title that its sender chose', async () => {
    const before = (await listRules(shop)).length
    for (const open of ['*', '**', ' * ']) {
      const input = { ...NEW, titles: ['微信支付', open] }
      await expect(addRule(shop, input, SELLER)).rejects.toMatchObject({ code: 'open_title' })
    }
    expect((await listRules(shop)).length).toBe(before)
    const { id } = await addRule(shop, NEW, SELLER)
    // One from before this was asked for can be switched off, and not on again.
    const open = { ...NEW, titles: ['*'] }
    expect((await changeRule(shop, id, { ...open, enabled: false }, SELLER)).enabled_at).toBeNull()
    await expect(changeRule(shop, id, open, SELLER)).rejects.toMatchObject({ code: 'open_title' })
    expect((await addRule(shop, { ...open, kind: 'alert' }, SELLER)).enabled_at).not.toBeNull()
  })

  it('are on record with who changed them, before and after', async () => {
    const row = await addRule(shop, NEW, SELLER)
    await changeRule(shop, row.id, { ...NEW, name: '改过' }, SELLER)
    const entries = await shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('subject', '=', row.id)
      .orderBy('at')
      .execute()
    expect(entries.map(({ action }) => action).sort()).toEqual(['rules.add', 'rules.change'])
    const change = entries.find(({ action }) => action === 'rules.change')!
    expect([change.before_value.includes('新写法'), change.after_value.includes('改过')]).toEqual([
      true,
      true,
    ])
  })

  it('are at most a hundred', async () => {
    for (let count = WALLET_RULES.length; count < 100; count += 1) await addRule(shop, NEW, SELLER)
    await expect(addRule(shop, NEW, SELLER)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('are read again when another process changed them', async () => {
    await shop.db.updateTable('notification_rules').set({ enabled_at: null }).execute()
    expect(rulesInForce(shop)).toHaveLength(WALLET_RULES.length)
    await loadRules(shop)
    expect(rulesInForce(shop)).toEqual([])
  })
})
