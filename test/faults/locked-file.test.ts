/** Another program holds the write lock of the database file, as a backup may. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { engines } from '../support/engines.ts'
import { createDice, firstSeed, sized } from './size.ts'
import { openStall } from './stall.ts'
import { pay, placeSeveral, tradeDuring } from './trade.ts'

it('loses no notice while the database file is locked by another program', async () => {
  const DATABASE_URL = (await engines[0]?.openUrl()) ?? ''
  const stall = await openStall('SQLite', { DATABASE_URL })
  const orders = await placeSeveral(stall, createDice(firstSeed), 3)
  const locked = stall.db.transaction(() => sleep(sized(3_000, 25_000)))
  await sleep(50)
  await Promise.all([locked, ...orders.map((order) => pay(stall, order))])
  await tradeDuring(stall, firstSeed, () => sleep(sized(500, 5_000)))
  await stall.audit('database file locked')
  expect(stall.ledger.pushes.slice(0, orders.length).map((push) => push.answer?.code)).toEqual([1, 1, 1])
  await stall.close()
})
