/** The till is killed at every step of a callback, while merchants' sites trade. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'
import type { KillPoint } from './faulty-till.ts'
import { openMerchantSite, tradeAt, type MerchantSite } from './merchant-site.ts'
import { createDice, firstSeed, isWhole, share, sized, type Dice } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { crowd } from './trade.ts'

const MARKING = 'update .callbacks. set .delivered_at'
const ASKING = 'insert into .callbacks.'

type SqlPoint = Omit<KillPoint, 'where' | 'nth'> & { readonly name: string }

const POINTS: readonly SqlPoint[] = [
  { name: 'callback written, uncommitted', text: ASKING, when: 'after' },
  { name: 'callback committed, not begun', text: '^commit', within: ASKING, when: 'after' },
  { name: 'callback leased', text: 'update .jobs. set .leased_by', when: 'after' },
  { name: 'callback answered, not on record', text: 'insert into .callback_attempts.', when: 'before' },
  { name: 'callback on record, unmarked', text: 'insert into .callback_attempts.', when: 'after' },
  { name: 'callback: job done, uncommitted', text: 'update .jobs. set .done_at', when: 'after' },
  { name: 'callback: all marked, uncommitted', text: '^commit', within: MARKING, when: 'before' },
  { name: 'callback: commit sent', text: '^commit', within: MARKING, when: 'sent' },
  { name: 'callback marked, and committed', text: '^commit', within: MARKING, when: 'after' },
]

/** By the site's own hand: what the site has heard, the till does not know. */
const AT_SITE = ['callback sent, unanswered', 'callback answered, perhaps unheard'] as const

describeOnSetups('a till killed at a step of a callback', (setup) => {
  let stall: Stall
  let site: MerchantSite

  beforeEach(async () => {
    site = await openMerchantSite()
    stall = await openStall(setup.name, { ...(await setup.env()), CALLBACK_ALLOW: site.hostPort })
    stall.ledger.sites.push(site)
    await site.enrol(stall.till.url, stall.seller)
  })

  afterEach(async () => {
    await stall.close()
    await site.kill()
  })

  it('tells the site of every paid order, under one number, and again only where it cannot know', async () => {
    for (let round = 0; round < sized(1, 5); round += 1) {
      const seed = firstSeed + round * 100
      for (const [at, point] of share(POINTS, setup).entries()) await dieAt(point, createDice(seed + at))
      for (const [at, name] of share(AT_SITE, setup).entries())
        await dieBySite(name, createDice(seed + 50 + at))
    }
    await stall.audit('all of these steps of a callback')
  })

  async function dieAt({ name, ...point }: SqlPoint, dice: Dice): Promise<void> {
    await stall.till.give({ kill: { where: 'sql', nth: dice.whole(1, sized(5, 20)), ...point } })
    await tradeUntilDeath(name, dice)
  }

  async function dieBySite(name: (typeof AT_SITE)[number], dice: Dice): Promise<void> {
    let left = dice.whole(1, sized(5, 20))
    site.answerWith((hearing) => {
      left -= 1
      if (left > 0) return 200
      if (left < 0) return undefined // as if it had not reached the site any more
      const dies = () => void stall.till.end('SIGKILL')
      if (name === 'callback sent, unanswered') dies()
      else void until(() => hearing.answer, 'the answer').then(dies)
      return name === 'callback sent, unanswered' ? undefined : 200
    })
    await tradeUntilDeath(name, dice)
  }

  async function tradeUntilDeath(name: string, dice: Dice): Promise<void> {
    const { till } = stall
    let ended = false
    void till.exited.then(() => (ended = true))
    const bounds = { atOnce: 4, most: 60, isOver: () => ended }
    await crowd(stall, dice, bounds, (market, one) => tradeAt(market, site, one))
    await until(() => ended, `the till to die at “${name}”, seed ${firstSeed}`, 10_000)
    expect((await till.exited).signal).toBe('SIGKILL')
    site.answerWith(() => 200)
    await stall.startAgain()
    await stall.endLeases()
    await (isWhole ? stall.audit : stall.check)(name, { kills: 1 })
  }
})
