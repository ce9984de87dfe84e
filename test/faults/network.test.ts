/** Connections to the database and the mail server that are slow, dead without a word, or cut. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { engines } from '../support/engines.ts'
import { groupBy } from '../support/invariant-rows.ts'
import { until } from '../support/until.ts'
import { startProxy, through, type Proxy } from './proxy.ts'
import { createDice, firstSeed, isWhole, sized } from './size.ts'
import { openStall, type Stall } from './stall.ts'
import { pay, placeSeveral, tradeDuring } from './trade.ts'

const ENGINE = 'MySQL'

let toDatabase: Proxy
let toMail: Proxy
let stall: Stall

beforeEach(async () => {
  const url = (await engines.find(({ name }) => name === 'MySQL')?.openUrl()) ?? ''
  toDatabase = await startProxy({ port: Number(new URL(url).port) })
  stall = await openStall(
    ENGINE,
    { DATABASE_URL: through(toDatabase, url) },
    {
      databaseUrl: url,
      async smtpUrl(smtp) {
        toMail = await startProxy({ port: Number(new URL(smtp).port) })
        return through(toMail, smtp)
      },
    },
  )
})

afterEach(async () => {
  await stall.close()
  await Promise.all([toDatabase.close(), toMail.close()])
})

it('loses nothing when the database is slow, cut off again and again, or never answers', async () => {
  await tradeDuring(stall, firstSeed, async () => {
    toDatabase.delay(40)
    await sleep(sized(1_500, 10_000))
    toDatabase.delay(0)
  })
  await stall.audit('slow database')

  await tradeDuring(stall, firstSeed, async () => {
    for (let round = 0; round < sized(8, 60); round += 1) {
      toDatabase.cut()
      await sleep(120)
    }
  })
  await stall.audit('database cut off', { rounds: sized(8, 60) })

  await tradeDuring(stall, firstSeed, async () => {
    toDatabase.freeze()
    await sleep(sized(6_500, 30_000)) // longer than a query may take
    toDatabase.thaw()
  })
  await stall.audit('database half open')
})

it('records a notice once when the commit succeeds and nobody hears of it', async () => {
  for (let round = 0; round < sized(2, 12); round += 1) {
    const orders = await placeSeveral(stall, createDice(firstSeed + round), 5)
    toDatabase.loseAnswers('commit', 3)
    await Promise.all(orders.map((order) => pay(stall, order)))
    expect(stall.ledger.pushes.slice(-5).map((push) => push.answer?.code)).toEqual([1, 1, 1, 1, 1])
    await stall.audit('answers to commit lost', { rounds: 3 })
  }
})

it('sends every letter, with the Message-ID that it had, over a bad connection to the mail server', async () => {
  await tradeDuring(stall, firstSeed, async () => {
    for (let round = 0; round < sized(8, 60); round += 1) {
      toMail.cut()
      await sleep(100)
    }
  })
  await stall.audit('mail server cut off', { rounds: sized(8, 60) })

  await tradeDuring(stall, firstSeed, async () => {
    toMail.refuse()
    await sleep(sized(1_500, 20_000))
    toMail.allow()
  })
  await stall.audit('mail server away')

  const sent = stall.catcher.letters.length
  toMail.cut()
  toMail.loseAnswers('\r\n.\r\n', 2)
  const orders = await placeSeveral(stall, createDice(firstSeed), 4)
  await Promise.all(orders.map((order) => pay(stall, order)))
  await until(() => stall.catcher.letters.length > sent + orders.length, 'a second copy of a letter', 30_000)
  await stall.audit('letter taken, answer lost', { rounds: 2 })
  const copies = groupBy(stall.catcher.letters.slice(sent), (letter) => letter.messageId)
  expect(copies.size).toBe(orders.length)
})

if (isWhole) {
  it('sends every letter after the mail server had been dead without a word', async () => {
    await tradeDuring(stall, firstSeed, async () => {
      toMail.freeze()
      await sleep(30_000)
      toMail.thaw()
    })
    await stall.audit('mail server half open')
  })
}
