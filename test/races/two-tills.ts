/** Two processes of one shop on one MySQL and one Redis, and the rows that they leave. */
import { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { placeOrder } from '../../api/contract/index.ts'
import { openDb, type Db } from '../../com/db/index.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { OrderRow, PaymentRow } from '../../sql/schema.ts'
import { ask, signInAsSeller, type Seller } from '../support/client.ts'
import { engines } from '../support/engines.ts'
import { checkInvariants } from '../support/invariants.ts'
import { phoneOf, type ListenerAnswer } from '../support/listener.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'

export interface Bought {
  readonly id: string
  readonly dueCents: number
  readonly channel: Channel
  readonly expiresAt: number
  /** Proof that the order is this buyer's. */
  readonly headers: Record<string, string>
}

export interface TwoTills {
  readonly db: Db
  readonly seller: Seller
  /** Addresses of the two processes. */
  readonly urls: readonly [string, string]
  /** By a buyer of their own, from either process. @returns undefined when every amount is taken. */
  buy(productId: string, channel?: Channel): Promise<Bought | undefined>
  /** As many as there are amounts for one price. */
  buyAll(productId: string): Promise<Bought[]>
  /** Reports the money of an order to one of the processes. */
  push(which: 0 | 1, bought: Pick<Bought, 'dueCents' | 'channel'>): Promise<ListenerAnswer>
  readOrders(): Promise<OrderRow[]>
  readPayments(): Promise<PaymentRow[]>
  /** Fails with the rules that are broken in the rows, each in words. */
  expectAllRules(): Promise<void>
  close(): Promise<void>
}

export interface Settings {
  readonly ORDER_TTL_S?: number
  readonly LATE_ACCEPT_S?: number
  readonly SLOT_HOLD_S?: number
  readonly SLOT_COOL_S?: number
  readonly SLOT_DEPTH?: number
}

export async function openTwoTills(settings: Settings = {}): Promise<TwoTills> {
  const env = { ...(await serversOf()), ORDER_LIMITS: '0', LOG_LEVEL: 'warn', TRUST_PROXY: '1' }
  const texts = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))
  const tills = await Promise.all([0, 1].map(() => startTill({ ...env, ...texts })))
  const [first, second] = tills as [Till, Till]
  const phones = await Promise.all(tills.map(phoneOf))
  const db = await openDb(env.DATABASE_URL)
  const seller = await signInAsSeller(first.url)
  await seller.addCode(alipayPayload(1), null)
  await seller.addCode(wechatPayload(1), null)
  const pool = 1 + (settings.SLOT_DEPTH ?? 10)
  let buyers = 0

  const shop: TwoTills = {
    db,
    seller,
    urls: [first.url, second.url],
    async buy(productId, channel = 'alipay') {
      buyers += 1
      const { url } = buyers % 2 === 0 ? first : second
      const { status, reply, error } = await ask(url, placeOrder, {
        body: { productId, email: `buyer${buyers}@example.com`, channel },
        headers: { 'X-Forwarded-For': `10.0.${buyers >> 8}.${buyers & 255}` }, // one address would queue for its lock
      })
      if (status !== 201) {
        expect([status, error?.code]).toEqual([409, 'no_free_amount'])
        return undefined
      }
      const { id, dueCents, expiresAt } = reply.order
      return { id, dueCents, channel, expiresAt, headers: { 'X-Buyer-Token': reply.buyerToken } }
    },
    async buyAll(productId) {
      const bought = await Promise.all(Array.from({ length: pool }, () => shop.buy(productId)))
      expect(bought.filter((one) => one !== undefined)).toHaveLength(pool)
      return bought.filter((one) => one !== undefined)
    },
    async push(which, { dueCents, channel }) {
      const answer = await phones[which]?.push((dueCents / 100).toFixed(2), channel)
      if (answer?.code !== 1) throw new Error(`The phone was answered ${JSON.stringify(answer)}`)
      return answer
    },
    readOrders: () => db.kysely.selectFrom('orders').selectAll().execute(),
    readPayments: () => db.kysely.selectFrom('payments').selectAll().execute(),
    async expectAllRules() {
      const { SLOT_HOLD_S: slotHoldS = 300, SLOT_COOL_S: slotCoolS = 600 } = settings
      const holding = { slotHoldS, slotCoolS, slotDepth: pool - 1 }
      expect(await checkInvariants(db.kysely, holding)).toEqual([])
    },
    async close() {
      await db.close()
      await Promise.all(tills.map((till) => till.end('SIGKILL')))
    },
  }
  return shop
}

async function serversOf(): Promise<{ DATABASE_URL: string; REDIS_URL: string }> {
  const mysql = engines.find(({ name }) => name === 'MySQL')
  const redis = process.env.TEST_REDIS_URL
  if (!mysql || !redis) throw new Error('These tests need MySQL and Redis')
  const url = `${redis}/${Math.floor(Math.random() * 16)}`
  const connection = new Redis(url)
  await connection.flushdb()
  connection.disconnect()
  return { DATABASE_URL: await mysql.openUrl(), REDIS_URL: url }
}

/** Waits until that moment of this machine's clock, which is the database's too. */
export async function waitUntil(at: number): Promise<void> {
  await sleep(Math.max(0, at - Date.now()))
}
