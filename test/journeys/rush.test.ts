import { afterEach, beforeEach, expect, it } from 'vitest'
import { listPayments, listStock, placeOrder, showOrder } from '../../api/contract/index.ts'
import { get, order, signInAsSeller } from '../support/client.ts'
import { phoneOf } from '../support/listener.ts'
import { startMailCatcher } from '../support/mail-catcher.ts'
import { alipayPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'

const CROWD = Array.from({ length: 50 }, (_, index) => `buyer${index}@example.com`)

describeOnSetups('fifty at once', (setup) => {
  let till: Till
  let catcher: Awaited<ReturnType<typeof startMailCatcher>>

  beforeEach(async () => {
    catcher = await startMailCatcher()
    till = await startTill({ ...(await setup.env()), ORDER_LIMITS: '0', SMTP_URL: catcher.url })
  })

  afterEach(async () => {
    await till.end('SIGKILL')
    await catcher.close()
  })

  it('gives each buyer an amount of their own until none is left, and tells the others when one comes free', async () => {
    const seller = await signInAsSeller(till.url)
    const product = await seller.addProduct({ priceCents: 100 })
    await seller.addCode(alipayPayload(1), null)

    const answers = await Promise.all(CROWD.map((email) => order(till.url, product, email)))

    const placed = answers.filter((answer) => answer.status === 201)
    const amounts = placed.map((answer) => answer.reply.order.dueCents).sort((a, b) => a - b)
    expect(amounts).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100])
    const refused = answers.filter((answer) => answer.status !== 201)
    expect(refused).toHaveLength(39)
    for (const { status, error } of refused) {
      expect([status, error?.code]).toEqual([409, 'no_free_amount'])
      expect(error?.details.freeInSeconds).toBeGreaterThan(0)
      // 600 s from a claim that may be a moment later than this refusal's reading of the clock, rounded up
      expect(error?.details.freeInSeconds).toBeLessThanOrEqual(601)
    }
  })

  it('delivers once and mails once when the same notice comes fifty times, and keeps the others as surplus', async () => {
    const seller = await signInAsSeller(till.url)
    const phone = await phoneOf(till)
    const product = await seller.addProduct({ priceCents: 500, deliveryKind: 'keys' })
    await seller.importKeys(product, ['KEY-A', 'KEY-B', 'KEY-C'])
    await seller.addCode(alipayPayload(2), null)
    const body = { productId: product, email: 'one@example.com', channel: 'alipay' } as const
    const placed = await get(till.url, placeOrder, { body })
    expect(placed.order.dueCents).toBe(500)

    const answers = await Promise.all(CROWD.map(() => phone.push('5.00', 'alipay')))

    expect(answers.map((answer) => answer.code)).toEqual(CROWD.map(() => 1))
    const headers = { 'X-Buyer-Token': placed.buyerToken }
    const shown = await get(till.url, showOrder, { params: { id: placed.order.id }, headers })
    expect(shown.state).toBe('delivered')
    const [key = ''] = shown.goods?.items ?? []
    expect(shown.goods?.items).toEqual([expect.stringMatching(/^KEY-[ABC]$/)])
    const { items } = await get(till.url, listStock, {
      headers: seller.headers,
      params: { id: product },
      query: { state: 'free' },
    })
    expect([key, ...items.map((item) => item.content)].sort()).toEqual(['KEY-A', 'KEY-B', 'KEY-C'])
    const { sums } = await get(till.url, listPayments, { headers: seller.headers, query: {} })
    expect(sums.filter((sum) => sum.count > 0).sort((a, b) => a.count - b.count)).toEqual([
      { match: 'matched', count: 1, amountCents: 500 },
      { match: 'surplus', count: 49, amountCents: 24_500 },
    ])

    await catcher.waitForLetters(1)
    await until(
      async () =>
        (await get(till.url, showOrder, { params: { id: placed.order.id }, headers })).mail === 'sent',
      'the letter to be marked as sent',
    )
    expect(catcher.attempts()).toBe(1)
    expect(catcher.letters[0]?.text).toContain(key)
  })
})
