/** The till is killed at moments that nobody chose, while others trade. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'
import { createDice, firstSeed, isWhole, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd } from './trade.ts'

describeOnSetups('a till killed at any moment', (setup) => {
  let stall: Stall

  beforeEach(async () => {
    stall = await openStall(setup.name, await setup.env())
  })

  afterEach(() => stall.close())

  it('keeps what it told, delivers it once, and gives it to nobody else', async () => {
    for (let round = 0; round < sized(3, 40); round += 1) {
      await dieUnderLoad(firstSeed + round)
      await (isWhole ? stall.audit : stall.check)('kill -9 under load', { kills: 1 })
    }
    await stall.audit('kill -9 under load, with letters')
  })

  if (setup.name !== 'SQLite') {
    it('leaves the shop to its other process, and takes up its part when it is back', async () => {
      await stall.openBranch()
      const rounds = sized(2, 15)
      for (let round = 0; round < rounds; round += 1) await dieUnderLoad(firstSeed + 500 + round)
      await stall.audit('kill -9 of one of two', { rounds, kills: rounds })
    })
  }

  async function dieUnderLoad(seed: number): Promise<void> {
    const dice = createDice(seed)
    let over = false
    const trading = crowd(stall, dice, { atOnce: 8, most: 5_000, isOver: () => over })
    const enough = stall.ledger.pushes.length + dice.whole(2, 40)
    await until(() => stall.ledger.pushes.length >= enough, `trade under seed ${seed}`, 20_000)
    await sleep(dice.whole(0, 10))
    await stall.till.end('SIGKILL')
    over = true
    await trading
    await stall.startAgain()
  }
})
