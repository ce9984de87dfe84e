/** The clock of the machine jumps: with MySQL nothing depends on it, and on SQLite nothing goes to the wrong order. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { createDice, firstSeed, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd, pay, placeSeveral } from './trade.ts'

const HOUR_MS = 3_600_000

describeOnSetups('a clock that jumps', (setup) => {
  const hasOwnClock = setup.name === 'SQLite'
  let stall: Stall

  beforeEach(async () => {
    stall = await openStall(setup.name, await setup.env())
  })

  afterEach(() => stall.close())

  it('gives no money to the wrong order, and loses none', async () => {
    for (let round = 0; round < sized(1, 4); round += 1) {
      const dice = createDice(firstSeed + round)
      for (const clockMs of [HOUR_MS, -HOUR_MS, 7_000, 2 * HOUR_MS]) {
        const waiting = await placeSeveral(stall, dice, 3)
        await stall.till.give({ clockMs: round * 3 * HOUR_MS + clockMs })
        await Promise.all(waiting.map((order) => pay(stall, order)))
        await crowd(stall, dice, { atOnce: 4, most: 15, isOver: () => false })
        await stall.check('clock jumps')
        if (!hasOwnClock) await expectPaid(waiting.map((order) => order.id))
      }
    }
    await stall.audit('clock jumps, with letters')
  })

  /** The database's clock did not jump: they were in time. */
  async function expectPaid(ids: readonly string[]): Promise<void> {
    const rows = await stall.db.kysely.selectFrom('orders').select('paid_by').where('id', 'in', ids).execute()
    expect(rows.map((row) => row.paid_by)).toEqual(ids.map(() => 'matched'))
  }
})
