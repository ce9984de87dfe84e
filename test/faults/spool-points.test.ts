/** The till is killed at every step of the spool: while a notice is written, brought in, and taken out. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'
import type { KillPoint, Orders } from './faulty-till.ts'
import { createDice, firstSeed, isWhole, share, sized, type Dice } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { pay, placeSeveral } from './trade.ts'

const NOTICES = 6

type SpoolPoint = Omit<KillPoint, 'nth'> & { readonly name: string }

const WRITING: readonly SpoolPoint[] = [
  { name: 'spool line half written', where: 'spool', text: 'write', when: 'half' },
  { name: 'spool line written', where: 'spool', text: 'write', when: 'after' },
  { name: 'spool line on the disk, unanswered', where: 'spool', text: 'sync', when: 'after' },
]

const PAYING = 'insert into .payments.'
const REPLAYING: readonly SpoolPoint[] = [
  { name: 'spool: replay uncommitted', where: 'sql', text: '^commit', within: PAYING, when: 'before' },
  { name: 'spool: replay committed', where: 'sql', text: '^commit', within: PAYING, when: 'after' },
]

const TAKING_OUT: readonly SpoolPoint[] = [
  { name: 'spool: all replayed, not truncated', where: 'spool', text: 'truncate', when: 'before' },
  { name: 'spool truncated', where: 'spool', text: 'truncate', when: 'after' },
]

/** The database goes away again in the middle of it: what is left takes the place of the file. */
const REPLACING: readonly SpoolPoint[] = [
  { name: 'spool: some replayed, not replaced', where: 'spool', text: 'rename', when: 'before' },
  { name: 'spool replaced', where: 'spool', text: 'rename', when: 'after' },
]

/** The next process dies as well, while it takes over what was left behind. */
const TAKING_OVER: readonly SpoolPoint[] = [
  { name: 'spool taken over in part', where: 'spool', text: 'write', when: 'half' },
  { name: 'spool taken over, not deleted', where: 'spool', text: 'unlink', when: 'before' },
  { name: 'spool taken over and deleted', where: 'spool', text: 'unlink', when: 'after' },
]

describeOnSetups('a till killed at a step of its spool', (setup) => {
  let stall: Stall
  let seed = firstSeed

  beforeEach(async () => {
    stall = await openStall(setup.name, await setup.env())
  })

  afterEach(() => stall.close())

  it('keeps every notice that it accepted without a database, once', async () => {
    for (let round = 0; round < sized(1, 4); round += 1) {
      for (const point of share(WRITING, setup)) await dieWriting(point)
      for (const point of share(REPLAYING, setup))
        await dieAfterwards(point, (nth) => ({ kill: { ...point, nth } }))
      for (const point of share(TAKING_OUT, setup))
        await dieAfterwards(point, () => ({ kill: { ...point, nth: 1 } }))
      for (const point of share(REPLACING, setup))
        await dieAfterwards(point, (nth) => ({ kill: { ...point, nth: 1 }, refuseAfter: nth }))
      for (const point of share(TAKING_OVER, setup)) await dieTakingOver(point)
    }
    await stall.audit('all of the spool, with letters')
  })

  async function dieWriting(point: SpoolPoint): Promise<void> {
    const dice = createDice((seed += 1))
    const orders = await placeSeveral(stall, dice, NOTICES)
    await stall.till.give({ refuseAfter: 0, kill: { ...point, nth: dice.whole(2, NOTICES - 1) } })
    let answered = 0
    for (const order of orders) answered += Number(await pay(stall, order))
    expect(answered, `${point.name}, seed ${seed}`).toBeLessThan(NOTICES)
    await comeBack(point)
  }

  async function dieAfterwards(point: SpoolPoint, ordersAfter: (nth: number) => Orders): Promise<void> {
    const dice = createDice((seed += 1))
    await fillSpool(point, dice)
    await stall.till.give(ordersAfter(dice.whole(2, NOTICES - 2)))
    await comeBack(point)
  }

  async function dieTakingOver(point: SpoolPoint): Promise<void> {
    await fillSpool(point, createDice((seed += 1)))
    await stall.till.end('SIGKILL')
    await expect(stall.startAgain({ kill: { ...point, nth: 1 } })).rejects.toThrow('SIGKILL')
    await comeBack(point)
  }

  async function fillSpool({ name }: SpoolPoint, dice: Dice): Promise<void> {
    const orders = await placeSeveral(stall, dice, NOTICES)
    await stall.till.give({ refuseAfter: 0 })
    const answers = []
    for (const order of orders) answers.push(await pay(stall, order))
    expect(answers, `${name}, seed ${seed}`).toEqual(orders.map(() => true))
  }

  async function comeBack({ name }: SpoolPoint): Promise<void> {
    const { till } = stall
    let signal: NodeJS.Signals | null = null
    void till.exited.then((exit) => (signal = exit.signal))
    await until(() => signal === 'SIGKILL', `the till to die at “${name}”, seed ${seed}`, 10_000)
    await stall.startAgain()
    await until(stall.spoolsAreEmpty, 'an empty spool')
    await (isWhole ? stall.audit : stall.check)(name, { kills: 1 })
  }
})
