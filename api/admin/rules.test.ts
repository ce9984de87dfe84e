import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveShop, type TestApp } from '../../test/support/app.ts'
import { ask, get, signInAsSeller, type Seller } from '../../test/support/client.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade } from '../../test/support/trade.ts'
import {
  addRule,
  changeRule,
  deleteRule,
  listRules,
  resetRule,
  tryNotification,
  type RuleInput,
} from '../contract/index.ts'

const RULE: RuleInput = {
  ...{
    name: '新写法',
    app: 'com.tencent.mm',
    channel: 'wechat',
    kind: 'money',
    priority: 100,
    enabled: true,
  },
  ...{ titles: ['微信支付'], texts: ['到账啦{amount}元*'] },
  samples: [{ title: '微信支付', text: '到账啦3.00元！', amount: '3.00' }],
}
const SHOWN = { app: 'com.tencent.mm', title: '微信支付', text: '到账啦3.00元！' }

describeOnEngines('the console’s rules of notifications', (engine) => {
  let shop: TestShop
  let served: TestApp
  let seller: Seller
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    served = await serveShop(shop)
    seller = await signInAsSeller(served.url)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const list = async () => (await get(served.url, listRules, { headers: seller.headers })).rules
  const add = (body: RuleInput) => ask(served.url, addRule, { headers: seller.headers, body })
  const tryOut = (change: object = {}) =>
    get(served.url, tryNotification, { headers: seller.headers, body: { ...SHOWN, ...change } })

  it('are there from the beginning, each with what it reads', async () => {
    const rules = await list()
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.every(({ builtIn, edited, enabled }) => builtIn && !edited && enabled)).toBe(true)
    expect(rules.map(({ priority }) => priority)).toEqual(
      rules.map(({ priority }) => priority).sort((a, b) => b - a),
    )
  })

  it('are tried before they are saved, saved, changed, and deleted', async () => {
    expect(await tryOut()).toMatchObject({ outcome: 'doubt', amountCents: null, channel: 'wechat' })
    const { enabled: _enabled, ...rule } = RULE
    expect(await tryOut({ draft: { rule } })).toEqual({
      ...{ outcome: 'money', ruleId: null, channel: 'wechat', amountCents: 300, merged: 1, total: null },
    })
    const { status, reply } = await add(RULE)
    expect([status, reply.builtIn, reply.version]).toEqual([201, false, 1])
    expect(await tryOut()).toMatchObject({ outcome: 'money', ruleId: reply.id, amountCents: 300 })
    const params = { id: reply.id }
    const body = { ...RULE, name: '改过', enabled: false }
    expect(
      (await ask(served.url, changeRule, { headers: seller.headers, params, body })).reply,
    ).toMatchObject({
      ...{ name: '改过', version: 2, enabled: false },
    })
    expect((await ask(served.url, resetRule, { headers: seller.headers, params })).error?.code).toBe(
      'wrong_state',
    )
    expect((await ask(served.url, deleteRule, { headers: seller.headers, params })).reply).toEqual({
      ok: true,
    })
    expect((await ask(served.url, deleteRule, { headers: seller.headers, params })).status).toBe(404)
  })

  it('of the program are edited, switched off and reset, and never deleted', async () => {
    const { id, version, edited: _e, builtIn: _b, updatedAt: _u, ...rule } = (await list())[0]!
    const call = { headers: seller.headers, params: { id } }
    const changed = await ask(served.url, changeRule, { ...call, body: { ...rule, enabled: false } })
    expect(changed.reply).toMatchObject({ edited: true, enabled: false, version: version + 1 })
    expect((await ask(served.url, deleteRule, call)).error?.code).toBe('wrong_state')
    expect((await ask(served.url, resetRule, call)).reply).toMatchObject({ edited: false, enabled: true })
  })

  it('say what a merged notification and a card are', async () => {
    const merged = { title: '微信支付', text: '[4条]微信支付: 微信支付收款1.01元(朋友到店)' }
    expect(await tryOut(merged)).toMatchObject({ outcome: 'money', amountCents: 101, merged: 4 })
    const card = { title: '微信收款助手', text: '收款金额￥0.02\n汇总今日第2笔收款，共计￥0.03' }
    expect(await tryOut(card)).toMatchObject({ amountCents: 2, total: { nth: 2, totalCents: 3 } })
    expect(await tryOut({ app: 'com.example' })).toMatchObject({ outcome: 'unknown_app', ruleId: null })
  })

  it('of the program can each be switched off and on as they are', async () => {
    for (const { id, name, app, channel, kind, titles, texts, priority, samples } of await list())
      for (const enabled of [false, true]) {
        const body = { name, app, channel, kind, titles, texts, priority, samples, enabled }
        const changed = await ask(served.url, changeRule, { headers: seller.headers, params: { id }, body })
        expect([name, changed.error, changed.reply.enabled]).toEqual([name, undefined, enabled])
      }
  })

  it('that cannot be used are refused in words', async () => {
    for (const wrong of [
      { texts: ['{money}'] },
      { texts: ['*{amount}*'] },
      { samples: [{ ...RULE.samples[0]!, amount: '4' }] },
    ])
      expect((await add({ ...RULE, ...wrong })).error).toMatchObject({ code: 'bad_rule' })
    expect((await add({ ...RULE, titles: ['*'] })).error).toMatchObject({
      code: 'open_title',
      message: expect.stringContaining('标题') as string,
    })
    for (const wrong of [{ texts: [] }, { app: 'a b' }, { priority: -1 }, { kind: 'gold' }, { extra: 1 }])
      expect((await add({ ...RULE, ...wrong } as never)).error).toMatchObject({ code: 'bad_input' })
  })

  it('fit into the database with the longest texts there can be', async () => {
    const odd = '\ud800'
    const longest = {
      ...RULE,
      ...{ name: odd.repeat(64), kind: 'ignore' as const, titles: Array(20).fill(odd.repeat(200)) },
      texts: Array(20).fill(odd.repeat(200)) as string[],
      samples: [],
    }
    expect((await add(longest)).status).toBe(201)
    const sample = { title: '收'.repeat(200), text: '收'.repeat(1_000), amount: null }
    const samples = Array(5).fill(sample) as (typeof sample)[]
    expect((await add({ ...RULE, kind: 'ignore', titles: ['*'], texts: ['*'], samples })).status).toBe(201)
  })

  it('decide about money, so the password is asked for', async () => {
    await shop.db.updateTable('sessions').set({ confirmed_at: 0 }).execute()
    const before = await list()
    const call = { headers: seller.headers, params: { id: before[0]!.id } }
    const answers = [
      await add(RULE),
      await ask(served.url, changeRule, { ...call, body: RULE }),
      await ask(served.url, resetRule, call),
      await ask(served.url, deleteRule, call),
    ]
    expect(answers.map(({ error }) => error?.code)).toEqual(Array(4).fill('password_needed'))
    expect(await list()).toEqual(before)
  })
})
