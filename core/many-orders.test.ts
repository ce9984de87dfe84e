import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listenToDrivers, writeDown, type Statement } from '../test/bench/bare.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { listOrderStates } from './orders.ts'
import { readMailStates } from './mails.ts'

/** They grow with every order. */
const GROWING = 'orders|order_events|payments|jobs|amount_slots|merchant_orders|callbacks|callback_attempts'

/** Rows found so are nearly all that there ever were. */
const AS_GOOD_AS_ALL = /jobs_by_queue \(kind=\?\)|orders_by_account \(account_id=\?\)/

describeOnEngines('what buyers and phones wait for', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    await listenToDrivers()
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  async function planOf({ sql: text, values }: Statement): Promise<string> {
    const question = CompiledQuery.raw(`explain query plan ${text}`, values.flat())
    const { rows } = await shop.db.executeQuery<{ detail: string }>(
      question as CompiledQuery<{ detail: string }>,
    )
    return rows.map(({ detail }) => detail).join('\n')
  }

  it.skipIf(engine.name !== 'SQLite')(
    'finds its rows by an index, however many past orders there are',
    async () => {
      const productId = await trade.addProduct()
      await shop.db.updateTable('accounts').set({ daily_cap_cents: 100_000_000 }).execute()
      const statements = await writeDown(async () => {
        const order = await trade.order(productId)
        await trade.pay(order)
        await listOrderStates(shop, [order.id, 'another', 'and one more'])
        await readMailStates(shop, [order.id, 'another', 'and one more'])
      })
      const asked = statements.filter(({ sql: text }) => /^(select|update)\b/i.test(text))
      expect(asked.length).toBeGreaterThan(10)
      for (const statement of asked) {
        const plan = await planOf(statement)
        expect(plan, statement.sql).not.toMatch(new RegExp(`SCAN "?(${GROWING})\\b`))
        expect(plan, statement.sql).not.toMatch(AS_GOOD_AS_ALL)
      }
    },
  )
})
