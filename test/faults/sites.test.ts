/** Merchants' sites that are killed, away, slow or dead without a word: their own callbacks wait, nobody else's do. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'
import { openMerchantSite, tradeAt, type MerchantSite } from './merchant-site.ts'
import { startProxy, type Proxy } from './proxy.ts'
import { createDice, firstSeed, sized, type Dice } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { pay, placeSeveral, tradeDuring, type Market } from './trade.ts'

/** What a site that answers may wait for its callback, and a buyer for their letter, whatever the others do. */
const SOON_MS = 9_000

describeOnSetups("merchants' sites", (setup) => {
  let stall: Stall
  let site: MerchantSite
  let slow: MerchantSite
  let dead: MerchantSite
  let toSlow: Proxy
  let toDead: Proxy

  beforeEach(async () => {
    ;[site, slow, dead] = await Promise.all([openMerchantSite(), openMerchantSite(), openMerchantSite()])
    ;[toSlow, toDead] = await Promise.all([startProxy(slow), startProxy(dead)])
    const CALLBACK_ALLOW = [site.port, toSlow.port, toDead.port].map((port) => `127.0.0.1:${port}`).join()
    stall = await openStall(setup.name, { ...(await setup.env()), CALLBACK_ALLOW })
    stall.ledger.sites.push(site, slow, dead)
    await site.enrol(stall.till.url, stall.seller)
    await slow.enrol(stall.till.url, stall.seller, `127.0.0.1:${toSlow.port}`)
    await dead.enrol(stall.till.url, stall.seller, `127.0.0.1:${toDead.port}`)
  })

  afterEach(async () => {
    await stall.close()
    await Promise.all([toSlow.close(), toDead.close(), site.kill(), slow.kill(), dead.kill()])
  })

  const tradeHere = (market: Market, dice: Dice) => tradeAt(market, site, dice)

  it('that are killed and come back are told exactly as often as needed, under the number that they know', async () => {
    await tradeDuring(
      stall,
      firstSeed,
      async () => {
        for (let round = 0; round < sized(4, 25); round += 1) {
          const dice = createDice(firstSeed + round)
          await sleep(dice.whole(0, 400))
          stall.ledger.breaks.push(Date.now())
          await site.kill()
          stall.ledger.breaks.push(Date.now())
          await sleep(dice.whole(0, 1_200))
          await site.restart()
        }
      },
      tradeHere,
    )
    await stall.audit('site killed and back', { rounds: sized(4, 25) })
  })

  it('that fail now and then are told again until they do not, and never after', async () => {
    const dice = createDice(firstSeed)
    site.answerWith(async () => {
      await sleep(dice.whole(0, 40))
      return dice.pick([200, 200, 500, 503, 302, 404, 429, undefined])
    })
    await tradeDuring(stall, firstSeed, () => sleep(sized(2_500, 20_000)), tradeHere)
    site.answerWith(() => 200)
    await stall.audit('site that fails now and then')
  })

  it('that are slow or dead delay neither other sites nor letters', async () => {
    const dice = createDice(firstSeed)
    stall.ledger.breaks.push(Date.now())
    toDead.freeze()
    toSlow.delay(400)
    for (let count = 0; count < sized(12, 40); count += 1) {
      await tradeAt(stall, dead, dice)
      await tradeAt(stall, slow, dice)
    }
    await until(() => slow.heard.length > 0, 'the slow site to be called')
    for (let round = 0; round < sized(4, 20); round += 1) {
      const [[buyer], order] = await Promise.all([placeSeveral(stall, dice, 1), placeHere(dice)])
      const begun = performance.now()
      await Promise.all([pay(stall, order), buyer && pay(stall, buyer)])
      const isTold = () => site.heard.some((one) => one.orderId === order.id && one.event === 'order.paid')
      await until(isTold, 'the news of a payment', SOON_MS)
      const mail = () => stall.catcher.letters.some((letter) => letter.to.includes(buyer?.email ?? ''))
      await until(mail, 'the letter', SOON_MS)
      expect(performance.now() - begun).toBeLessThan(SOON_MS)
    }
    expect(dead.heard).toEqual([])
    toSlow.delay(0)
    toDead.cut() // else the site would hear now what the till has long given up
    toDead.thaw()
    await sleep(1_000) // what was still under way may be heard though nobody waits for its answer any more
    stall.ledger.breaks.push(Date.now())
    await stall.audit('one site slow, one half open')
    expect(dead.heard.length).toBeGreaterThan(0)
  })

  if (setup.name !== 'SQLite') {
    it('are called by several processes two at a time, and told by one of them', async () => {
      await stall.openBranch()
      site.answerWith(async () => {
        await sleep(30)
        return 200
      })
      await tradeDuring(stall, firstSeed, () => sleep(sized(3_000, 15_000)), tradeHere)
      await stall.audit('two processes, one site')
      expect(site.most()).toBe(2)
    })
  }

  const placeHere = (dice: Dice) => until(() => site.place(stall, dice), 'an order of the site')
})
