/** The examples in five languages, each against the built program: an order, its money, and the callback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { createLog } from '../../com/log.ts'
import { createStore } from '../../com/store.ts'
import { addCodes } from '../../core/codes.ts'
import { addMerchantKey } from '../../core/merchant-keys.ts'
import { addMerchant } from '../../core/merchants.ts'
import { renewNotifySecret } from '../../core/notify-secrets.ts'
import { createSettings } from '../../core/settings.ts'
import type { Shop } from '../../core/shop.ts'
import { newFolder } from '../support/engines.ts'
import { createPhone } from '../support/listener.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { languages, runExample, untilPrinted, type Language, type Protocol } from './program.ts'

const SECRET = 'examples-listener-secret-1'
const SELLER = { name: 'admin', address: '192.0.2.1' }

describe('an example', () => {
  let till: Till
  let shop: Shop
  let pid: string
  let keys: Readonly<Record<Protocol, string>>
  let webhookSecret: string
  const ports = new Map<string, number>()

  beforeAll(async () => {
    for (const { name } of languages) ports.set(name, await freePort())
    const dataDir = await newFolder()
    till = await startTill({
      DATA_DIR: dataDir,
      LISTENER_SECRET: SECRET,
      CALLBACK_ALLOW: [...ports.values()].map((port) => `127.0.0.1:${port}`).join(),
      CALLBACK_SCHEDULE_S: '0,1,1,1,1',
    })
    shop = await openShop(`sqlite:${dataDir}/shop.db`)
    await addCodes(
      shop,
      [{ payload: 'https://qr.alipay.com/fkx10000examplecode0001', amountCents: null }],
      SELLER,
    )
    const merchant = await addMerchant(shop, MERCHANT, SELLER)
    pid = String(merchant.pid)
    const key = async (kind: 'md5' | 'live') =>
      (await addMerchantKey(shop, merchant.id, { kind, name: '' }, SELLER)).secret
    keys = { 'api-edition': await key('md5'), v1: await key('live') }
    webhookSecret = (await renewNotifySecret(shop, merchant.id, 'live')).secret
  })

  afterAll(async () => {
    await till.end('SIGTERM')
    await shop.store.close()
    await shop.database.close()
  })

  describe.each(languages)('in $name', (language) => {
    it.each(['api-edition', 'v1'] as const)(
      'creates an order through the %s, is told once that it was paid, and believes nobody else',
      async (protocol) => trade(language, protocol),
    )
  })

  async function trade(language: Language, protocol: Protocol): Promise<void> {
    const port = ports.get(language.name) ?? 0
    const number = `${language.name}-${protocol}`
    const price = `${20 + languages.indexOf(language)}.${protocol === 'v1' ? '40' : '80'}`
    const address = `http://127.0.0.1:${port}/callback`
    const env = {
      QRTILL_URL: till.url,
      QRTILL_PID: pid,
      QRTILL_KEY: keys[protocol],
      QRTILL_WEBHOOK_SECRET: webhookSecret,
      ORDERS: `${await newFolder()}/orders`,
    }
    const created = runExample(language, protocol, ['create', number, price, address], env)
    await created.exited
    const orderId = /\/#\/pay\/([\w-]{21})\s*$/.exec(created.output())?.[1]
    expect(orderId, created.output()).toBeDefined()

    const serving = runExample(language, protocol, ['serve', String(port)], env)
    try {
      await untilPrinted(serving, /listening on|Development Server .* started/)
      expect(await forge(protocol, address, number, price)).toBe(400)
      const order = await shop.db
        .selectFrom('orders')
        .selectAll()
        .where('id', '=', orderId ?? '')
        .executeTakeFirstOrThrow()
      const phone = createPhone(`${till.url}/addons/pay/`, SECRET)
      const notice = await phone.push((order.due_cents / 100).toFixed(2), 'alipay')
      expect(notice).toMatchObject({ code: 1 })
      await untilPrinted(serving, `paid ${number}`)
      await untilDelivered(order.id)
      expect(serving.output().split(`paid ${number}`)).toHaveLength(2)
    } finally {
      await serving.end()
    }
  }

  async function untilDelivered(orderId: string): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      const rows = await shop.db.selectFrom('callbacks').selectAll().where('order_id', '=', orderId).execute()
      if (rows.length > 0 && rows.every((row) => row.delivered_at !== null)) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('The callback was not taken for delivered')
  }
})

const MERCHANT = {
  name: 'Examples',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: [],
  callbackMethod: 'GET',
  showQrcode: false,
  ordersPerMinute: 0,
} as const

/** A call with everything but a right signature. @returns the status of the answer. */
async function forge(protocol: Protocol, address: string, number: string, price: string): Promise<number> {
  if (protocol === 'api-edition') {
    const query = new URLSearchParams({ order_id: number, order_price: price, sign: 'f'.repeat(32) })
    return (await fetch(`${address}?${query}`)).status
  }
  const headers = {
    'webhook-id': 'msg_forged',
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': `v1,${'A'.repeat(43)}=`,
  }
  const body = JSON.stringify({ type: 'order.paid', data: { out_trade_no: number, amount: price } })
  return (await fetch(address, { method: 'POST', headers, body })).status
}

/** The same database beside the running program, as an admin's acts reach it. */
async function openShop(url: string): Promise<Shop> {
  const log = createLog('error')
  const database = await openDb(url)
  const store = await createStore({ log })
  const mail = { send: () => Promise.resolve(), close: () => undefined }
  return { db: database.kysely, now: database.now, database, store, mail, log, settings: createSettings({}) }
}
