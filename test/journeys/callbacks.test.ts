/** Many orders of one site, which takes its time: all of it is told, once, and its two places are never idle. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createLedger } from '../faults/ledger.ts'
import { openMerchantSite } from '../faults/merchant-site.ts'
import { createDice } from '../faults/size.ts'
import { pay } from '../faults/trade.ts'
import { signInAsSeller } from '../support/client.ts'
import { phoneOf } from '../support/listener.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { startTill } from '../support/process.ts'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'

const ORDERS = 200
const ANSWER_MS = 60

/** Two news of each order, two at a time. */
const SHORTEST_MS = (2 * ORDERS * ANSWER_MS) / 2

describeOnSetups("two hundred paid orders of a merchant's site", (setup) => {
  it(`that answers after ${ANSWER_MS} ms are told to it, each once`, async () => {
    const site = await openMerchantSite()
    onTestFinished(() => site.kill())
    site.answerWith(async () => {
      await sleep(ANSWER_MS)
      return 200
    })
    const till = await startTill({ ...(await setup.env()), CALLBACK_ALLOW: site.hostPort })
    onTestFinished(async () => void (await till.end('SIGKILL')))
    const seller = await signInAsSeller(till.url)
    await seller.addCode(alipayPayload(1), null)
    await seller.addCode(wechatPayload(1), null)
    await site.enrol(till.url, seller)
    const { secret } = await phoneOf(till)
    const market = { url: till.url, secret, products: [], ledger: createLedger() }
    const dice = createDice(1)

    const begun = performance.now()
    let left = ORDERS
    async function queue(): Promise<void> {
      while (left > 0) {
        left -= 1
        await pay(market, await until(() => site.place(market, dice), 'an order'))
      }
    }
    await Promise.all(Array.from({ length: 8 }, queue))
    const paidMs = performance.now() - begun
    const told = () => site.heard.filter(({ event, answer }) => event === 'order.paid' && answer !== null)
    await until(() => told().length >= ORDERS, 'the site to be told of all', 60_000)
    const toldMs = performance.now() - begun

    process.stdout.write(
      `${ORDERS} orders paid in ${Math.round(paidMs)} ms and told in ${Math.round(toldMs)} ms on ${setup.name}; two at a time need ${SHORTEST_MS} ms\n`,
    )
    expect(new Set(told().map(({ orderId }) => orderId))).toEqual(site.orders)
    expect(site.heard).toHaveLength(2 * ORDERS)
    expect(site.heard.every(({ isSigned }) => isSigned)).toBe(true)
    expect(site.most()).toBe(2)
    expect(toldMs).toBeLessThan(3 * SHORTEST_MS + paidMs)
  })
})
