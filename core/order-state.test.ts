import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { moveOrder, ORDER_MOVES } from './order-state.ts'
import { transaction } from './shop.ts'
import { ORDER_STATES, type OrderState } from './vocabulary.ts'

/** Every state that can follow, over any number of moves. */
function reachable(from: OrderState): Set<OrderState> {
  const found = new Set<OrderState>()
  const visit = (state: OrderState): void => {
    for (const next of ORDER_MOVES[state]) if (!found.has(next)) visit((found.add(next), next))
  }
  visit(from)
  return found
}

describe('I5: states only move forward', () => {
  it('from pending every state can be reached', () => {
    expect([...reachable('pending')].sort()).toEqual([...ORDER_STATES].sort())
  })

  it('an order opens again only after it expired unpaid', () => {
    expect(ORDER_STATES.filter((state) => ORDER_MOVES[state].includes('pending'))).toEqual(['expired'])
  })

  it.each(['paid', 'paid_waiting_stock', 'delivered', 'cancelled'] as const)(
    '%s is never reached again once it was left',
    (state) => {
      expect(reachable(state).has(state)).toBe(false)
    },
  )

  it.each(['paid', 'paid_waiting_stock', 'delivered'] as const)(
    'from %s no unpaid state can be reached',
    (state) => {
      for (const unpaid of ['pending', 'expired', 'cancelled'] as const)
        expect(reachable(state).has(unpaid)).toBe(false)
    },
  )

  it.each(['pending', 'expired', 'cancelled', 'paid', 'paid_waiting_stock'] as const)(
    'from %s the goods can still be reached',
    (state) => {
      expect(reachable(state).has('delivered')).toBe(true)
    },
  )
})

describeOnEngines('a move of an order', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const move = (id: string, from: OrderState, target: OrderState) =>
    transaction(shop, (tx) =>
      moveOrder(tx, { id, state: from }, target, {}, { kind: 'noted', actor: 'test' }),
    )

  it('happens for each pair of the table, is refused for every other, and leaves one event or none', async () => {
    const { id } = await trade.order(await trade.addProduct())
    for (const from of ORDER_STATES) {
      for (const target of ORDER_STATES) {
        await shop.db.updateTable('orders').set({ state: from }).where('id', '=', id).execute()
        await shop.db.deleteFrom('order_events').where('order_id', '=', id).execute()
        const legal = ORDER_MOVES[from].includes(target)
        const moved = await move(id, from, target)
        const events = await shop.db
          .selectFrom('order_events')
          .select('id')
          .where('order_id', '=', id)
          .execute()
        const { state } = await trade.read(id)
        expect([from, target, moved, state, events.length]).toEqual([
          from,
          target,
          legal,
          legal ? target : from,
          legal ? 1 : 0,
        ])
      }
    }
  })

  it('is made by one of many that saw the same state', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const targets = ['paid', 'expired', 'cancelled'] as const
    const moves = await Promise.all(
      Array.from({ length: 12 }, (_, at) => move(id, 'pending', targets[at % 3]!)),
    )
    expect(moves.filter(Boolean)).toHaveLength(1)
  })

  it('is refused when the order is no longer in the state that was seen', async () => {
    const { id } = await trade.order(await trade.addProduct())
    await move(id, 'pending', 'cancelled')
    expect(await move(id, 'pending', 'expired')).toBe(false)
    expect((await trade.read(id)).state).toBe('cancelled')
  })
})
