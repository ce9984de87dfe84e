/** The till is killed at every step of a transaction, and of a letter, while others trade. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'
import type { KillPoint } from './faulty-till.ts'
import { createDice, firstSeed, isWhole, share, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd } from './trade.ts'

const PLACING = 'insert into .orders.'
const PAYING = 'insert into .payments.'

interface CrashPoint extends Omit<KillPoint, 'where' | 'nth'> {
  readonly name: string
}

/** Those of callbacks to merchants' sites are in callbacks.test.ts. */
const POINTS: readonly CrashPoint[] = [
  { name: 'slot claimed, uncommitted', text: 'update .amount_slots. set .order_id', when: 'after' },
  { name: 'order written, uncommitted', text: PLACING, when: 'after' },
  { name: 'order: just before commit', text: '^commit', within: PLACING, when: 'before' },
  { name: 'order: commit sent', text: '^commit', within: PLACING, when: 'sent' },
  { name: 'order committed, unanswered', text: '^commit', within: PLACING, when: 'after' },
  { name: 'slot of the payment taken', text: 'update .amount_slots. set .held_until', when: 'after' },
  { name: 'order updated to paid', text: 'update .orders. set .paid_at', when: 'after' },
  { name: 'key assigned', text: 'update .stock_items. set .order_id', when: 'after' },
  { name: 'order updated to delivered', text: 'update .orders. set .*.delivered_at', when: 'after' },
  { name: 'outbox written', text: 'insert into .jobs.', when: 'after' },
  { name: 'payment inserted', text: PAYING, when: 'after' },
  { name: 'payment: just before commit', text: '^commit', within: PAYING, when: 'before' },
  { name: 'payment: commit sent', text: '^commit', within: PAYING, when: 'sent' },
  { name: 'payment committed, unanswered', text: '^commit', within: PAYING, when: 'after' },
  { name: 'mail leased', text: 'update .jobs. set .leased_by', when: 'after' },
  { name: 'mail accepted, unmarked', text: 'update .jobs. set .done_at', when: 'before' },
  { name: 'mail marked, uncommitted', text: 'update .jobs. set .done_at', when: 'after' },
  {
    name: 'mail marked, and committed',
    text: '^commit',
    within: 'update .jobs. set .done_at',
    when: 'after',
  },
]

describeOnSetups('a till killed at a chosen step', (setup) => {
  let stall: Stall

  beforeEach(async () => {
    stall = await openStall(setup.name, await setup.env())
  })

  afterEach(() => stall.close())

  it('keeps what it told, delivers it once, and gives it to nobody else', async () => {
    for (let round = 0; round < sized(1, 5); round += 1) {
      for (const [at, point] of share(POINTS, setup).entries())
        await dieAt(point, firstSeed + round * 100 + at)
    }
    await stall.audit('all of these steps, with letters')
  })

  async function dieAt({ name, ...point }: CrashPoint, seed: number): Promise<void> {
    const dice = createDice(seed)
    const nth = dice.whole(1, sized(5, 20))
    const { till } = stall
    await till.give({ kill: { where: 'sql', nth, ...point } })
    let ended = false
    void till.exited.then(() => (ended = true))
    await crowd(stall, dice, { atOnce: 6, most: sized(60, 300), isOver: () => ended })
    await until(() => ended, `the till to die at “${name}” (number ${nth}, seed ${seed})`, 5_000)
    expect((await till.exited).signal).toBe('SIGKILL')
    await stall.startAgain()
    await (isWhole ? stall.audit : stall.check)(name, { kills: 1 })
  }
})
