/** No room for the spool: a notice that cannot be kept gets no answer, and everything goes on once there is room. */
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { createDice, firstSeed, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd, pay, placeSeveral } from './trade.ts'

/** Bytes up to which the till may write to any file: less than one page of the database, and a few notices. */
const NO_ROOM = 4_000

describeOnSetups('a full disk', (setup) => {
  let stall: Stall

  beforeEach(async () => {
    stall = await openStall(setup.name, await setup.env())
  })

  afterEach(() => stall.close())

  /** The limit on the size of files of one process. @param bytes undefined: none */
  function limit(bytes?: number): void {
    const words = ['--pid', String(stall.till.pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]
    const done = spawnSync('prlimit', words, { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`prlimit: ${done.stderr}${done.error?.message ?? ''}`)
  }

  it('keeps every notice that it answered, and answers none that it cannot keep', async () => {
    for (let round = 0; round < sized(1, 5); round += 1) {
      const dice = createDice(firstSeed + round)
      const orders = await placeSeveral(stall, dice, 20)
      const from = stall.ledger.pushes.length
      if (setup.name !== 'SQLite') await stall.till.give({ refuseAfter: 0 })
      limit(NO_ROOM)
      for (const order of orders) await pay(stall, order)
      const codes = stall.ledger.pushes.slice(from).map((push) => push.answer?.code ?? 'no answer')
      expect(new Set(codes)).toEqual(new Set([1, 'no answer']))

      limit()
      await pay(stall, orders[0] as (typeof orders)[number])
      expect(stall.ledger.pushes.at(-1)?.answer?.code).toBe(1)
      await stall.till.give({})
      await crowd(stall, dice, { atOnce: 4, most: 10, isOver: () => false })
      await stall.audit('full disk')
    }
  })
})
