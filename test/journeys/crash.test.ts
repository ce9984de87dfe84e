import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { listPayments, placeOrder, showAdminOrder, showOrder } from '../../api/contract/index.ts'
import { get, signInAgain, signInAsSeller, type Seller } from '../support/client.ts'
import { phoneOf } from '../support/listener.ts'
import { startMailCatcher } from '../support/mail-catcher.ts'
import { alipayPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'

describeOnSetups('a till that is killed', (setup) => {
  let till: Till
  let env: Record<string, string>
  let catcher: Awaited<ReturnType<typeof startMailCatcher>>
  let seller: Seller
  let product: string

  beforeEach(async () => {
    catcher = await startMailCatcher()
    env = { ...(await setup.env()), ORDER_LIMITS: '0', SMTP_URL: catcher.url, MAIL_SCHEDULE_S: '0,3,3,3' }
    till = await startTill(env)
    seller = await signInAsSeller(till.url)
    product = await seller.addProduct({ priceCents: 2_00, deliveryKind: 'keys' })
    await seller.importKeys(
      product,
      Array.from({ length: 20 }, (_, index) => `KEY-${index}`),
    )
    await seller.addCode(alipayPayload(3), null)
  })

  afterEach(async () => {
    await till.end('SIGKILL')
    await catcher.close()
  })

  async function place(email = 'buyer@example.com') {
    const { order, buyerToken } = await get(till.url, placeOrder, {
      body: { productId: product, email, channel: 'alipay' },
    })
    return {
      id: order.id,
      price: (order.dueCents / 100).toFixed(2),
      headers: { 'X-Buyer-Token': buyerToken },
    }
  }

  async function startAgain(): Promise<void> {
    till = await startTill({ ...env, DATA_DIR: till.dataDir })
  }

  function show({ id, headers }: Awaited<ReturnType<typeof place>>) {
    return get(till.url, showOrder, { params: { id }, headers })
  }

  async function mailErrorOf(id: string): Promise<string | null> {
    return (await get(till.url, showAdminOrder, { headers: seller.headers, params: { id } })).mailError
  }

  it('sends the letter after its next start when it died before the letter was taken', async () => {
    const bought = await place()
    catcher.refuse(451, 1)
    expect((await (await phoneOf(till)).push(bought.price, 'alipay')).code).toBe(1)
    await until(
      async () => (await mailErrorOf(bought.id)) !== null,
      'the first attempt to be noted as failed',
    )
    await till.end('SIGKILL')
    expect(catcher.letters).toHaveLength(0)

    await startAgain()
    await catcher.waitForLetters(1)
    await until(async () => (await show(bought)).mail === 'sent', 'the letter to be marked as sent')
    const [key = 'no key'] = (await show(bought)).goods?.items ?? []
    expect(catcher.letters.map((letter) => letter.text.includes(key))).toEqual([true])
  })

  it('sends the same letter again, with its Message-ID, when it died before it knew that the letter was taken', async () => {
    const bought = await place()
    catcher.hold()
    expect((await (await phoneOf(till)).push(bought.price, 'alipay')).code).toBe(1)
    await until(() => catcher.attempts() === 1, 'the letter on its way')
    await till.end('SIGKILL')
    catcher.release()
    await catcher.waitForLetters(1)

    await endLeases(env.DATABASE_URL ?? '')
    await startAgain()
    await catcher.waitForLetters(2)
    await until(async () => (await show(bought)).mail === 'sent', 'the letter to be marked as sent')
    expect(new Set(catcher.letters.map((letter) => letter.messageId)).size).toBe(1)
    const { goods } = await show(bought)
    expect(goods?.items).toHaveLength(1)
    const [key = 'no key'] = goods?.items ?? []
    expect(catcher.letters.map((letter) => letter.text.includes(key))).toEqual([true, true])
  })

  it('has kept and delivered whatever it answered with code 1, at whichever moment it died', async () => {
    const bought: Awaited<ReturnType<typeof place>>[] = []
    const accepted: string[] = []
    for (const delay of [0, 2, 4, 7, 11, 16]) {
      const mine = await place(`buyer${delay}@example.com`)
      bought.push(mine)
      const pushed = (await phoneOf(till)).push(mine.price, 'alipay').then(
        (answer) => answer.code === 1 && accepted.push(mine.id),
        () => false,
      )
      await new Promise((resolve) => setTimeout(resolve, delay))
      await till.end('SIGKILL')
      await pushed
      await startAgain()
    }
    const phone = await phoneOf(till)
    for (const one of bought) if (!accepted.includes(one.id)) await phone.push(one.price, 'alipay')

    const shown = await Promise.all(bought.map(show))
    expect(shown.map((one) => one.state)).toEqual(bought.map(() => 'delivered'))
    expect(new Set(shown.flatMap((one) => one.goods?.items ?? [])).size).toBe(bought.length)
    const headers = (await signInAgain(till.url)).headers
    const { sums } = await get(till.url, listPayments, { headers, query: {} })
    const matched = sums.find((sum) => sum.match === 'matched')
    expect(matched?.count).toBe(bought.length)
    expect(matched?.amountCents).toBe(shown.reduce((sum, one) => sum + one.dueCents, 0))
  })
})

/** As if the time of every lease had passed while the till was down. */
async function endLeases(databaseUrl: string): Promise<void> {
  const db = await openDb(databaseUrl)
  await db.kysely.updateTable('jobs').set({ leased_until: 0 }).execute()
  await db.close()
}
