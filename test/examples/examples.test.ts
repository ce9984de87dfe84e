/** The examples in five languages, each against the built program: an order, its money, and the callback. */
import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
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
import { annoy, callBack, sendSlowly, type Call } from './calls.ts'
import { languages, runExample, untilPrinted, type Language, type Protocol } from './program.ts'

const SECRET = 'examples-listener-secret-1'
const READY = /listening on|Development Server .* started/
const UNKEEPABLE = 'U'.repeat(64)
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
    const md5Key = await key('md5')
    keys = { 'api-edition': md5Key, epay: md5Key, v1: await key('live') }
    webhookSecret = (await renewNotifySecret(shop, merchant.id, 'live', SELLER)).secret
  })

  afterAll(async () => {
    await till.end('SIGTERM')
    await shop.store.close()
    await shop.database.close()
  })

  describe.each(languages)('in $name', (language) => {
    it.each(language.protocols)(
      'creates an order through the %s, is told once that it was paid, and believes nobody else',
      async (protocol) => trade(language, protocol),
    )

    it.each(language.protocols)(
      'prints nothing that could be taken for a link when there is none, through the %s',
      async (protocol) => failToCreate(language, protocol),
    )

    it.each(language.protocols)('believes nobody while it has no key for the %s', async (protocol) =>
      serveWithoutKey(language, protocol),
    )

    it.skipIf(process.platform !== 'linux').each(language.protocols)(
      'takes no callback through the %s for heard that the disk (of Linux, with its long paths) does not keep',
      async (protocol) => refuseUnkept(language, protocol),
    )
  })

  /** Paid twice over: by the till's own callback, and by calls of the test, which are as genuine as they say. */
  async function trade(language: Language, protocol: Protocol): Promise<void> {
    const port = ports.get(language.name) ?? 0
    const number = `${language.name}-${protocol}`
    const cents = { v1: '40', 'api-edition': '80', epay: '60' }[protocol]
    const price = `${20 + languages.indexOf(language)}.${cents}`
    const address = `http://127.0.0.1:${port}/callback`
    const secret = protocol === 'v1' ? webhookSecret : keys[protocol]
    const env = envOf(protocol, await newFolder())
    const typed = price.replace(/0$/, '')
    const created = runExample(language, protocol, createOf(protocol, number, typed, address), env)
    await created.exited
    const page = protocol === 'epay' ? await redirectOf(created.printed()) : created.printed()
    const orderId = /\/pay\/([\w-]{21})\s*$/.exec(page)?.[1]
    expect(orderId, created.output()).toBeDefined()

    const serving = runExample(language, protocol, ['serve', String(port)], env)
    const calls = { number, price, secret }
    const send = (change: Partial<Call>) => callBack(protocol, address, { ...calls, ...change })
    const misfit = protocol === 'v1' ? 409 : 400
    const taken = protocol === 'v1' ? 204 : 200
    try {
      await untilPrinted(serving, READY)
      const end = await sendSlowly(port)
      await annoy(port)
      expect(await send({ secret: 'not-the-secret' })).toBe(400)
      expect(await send({ secret: '' })).toBe(400)
      expect(await send({ price: '0.01' })).toBe(misfit)
      expect(await send({ number: 'unknown' })).toBe(misfit)
      expect(serving.output()).toContain('wrong signature')
      if (protocol === 'epay') expect(await send({ status: 'TRADE_CLOSED' })).toBe(400)
      if (protocol === 'v1') {
        expect(await send({ ageS: 301 })).toBe(400)
        const hungUp = () => 413
        expect(await send({ blanks: 65_536 }).catch(hungUp)).toBeGreaterThanOrEqual(400)
      }
      end()
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
      expect(await send({})).toBe(taken)
      expect(await send({ id: 'msg_2' })).toBe(taken)
      await sleep(100)
      expect(serving.output().match(/paid [\w-]+$/gm)).toEqual([`paid ${number}`])
    } finally {
      await serving.end()
    }
  }

  /** Without arguments, with a number that no shop has, and where the till refuses. */
  async function failToCreate(language: Language, protocol: Protocol): Promise<void> {
    const env = envOf(protocol, await newFolder())
    const address = 'https://shop.example.com/'
    const wrong = { ...env, QRTILL_KEY: 'of-nobody' }
    const tries = [
      runExample(language, protocol, [], env),
      runExample(language, protocol, createOf(protocol, 'A/1', '9.90', address), env),
      ...(protocol === 'epay'
        ? [] // its link is made without the till
        : [runExample(language, protocol, createOf(protocol, 'A1', '9.90', address), wrong)]),
    ]
    for (const one of tries) {
      await one.exited
      expect([one.printed(), one.status()], one.output()).toEqual(['', 1])
    }
    expect(tries[0]!.output()).toMatch(/usage: |^Takes a payment/)
    expect(tries[0]!.output()).not.toMatch(/Traceback|panic|Exception|\bat /)
    expect(tries[1]!.output()).toContain('no such order')
  }

  async function refuseUnkept(language: Language, protocol: Protocol): Promise<void> {
    const port = ports.get(language.name) ?? 0
    const orders = await longFolder()
    const secret = protocol === 'v1' ? webhookSecret : keys[protocol]
    const serving = runExample(language, protocol, ['serve', String(port)], envOf(protocol, orders))
    try {
      await untilPrinted(serving, READY)
      await writeFile(`${orders}/${UNKEEPABLE}`, '9.9')
      const call = { number: UNKEEPABLE, price: '9.90', secret }
      expect(await callBack(protocol, `http://127.0.0.1:${port}/callback`, call)).toBe(500)
      await sleep(100)
      expect(serving.output()).not.toMatch(/paid [\w-]+$/m)
    } finally {
      await serving.end()
    }
  }

  function envOf(protocol: Protocol, orders: string) {
    return {
      QRTILL_URL: `${till.url}/`, // as the console shows it
      QRTILL_PID: pid,
      QRTILL_KEY: keys[protocol],
      QRTILL_WEBHOOK_SECRET: webhookSecret,
      ORDERS: orders,
    }
  }

  /** PHP begins to listen before it reads a program, so that it refuses at each request. */
  async function serveWithoutKey(language: Language, protocol: Protocol): Promise<void> {
    const port = ports.get(language.name) ?? 0
    const address = `http://127.0.0.1:${port}/callback`
    const env = { QRTILL_KEY: '', ORDERS: await newFolder() }
    const serving = runExample(language, protocol, ['serve', String(port)], env)
    try {
      if (language.name === 'PHP') {
        await untilPrinted(serving, READY)
        for (const secret of ['', 'undefined', 'null', 'false'])
          expect(await callBack(protocol, address, { number: 'A1', price: '9.90', secret })).toBe(500)
      } else {
        await untilPrinted(serving, /listening on|is not set/)
        expect(serving.output()).toMatch(/QRTILL_\w+ is not set/)
        await serving.exited
      }
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

const createOf = (protocol: Protocol, number: string, price: string, address: string) => [
  'create',
  number,
  price,
  address,
  ...(protocol === 'epay' ? ['https://shop.example.com/orders'] : []),
]

/** Where the link leads a buyer. */
async function redirectOf(link: string): Promise<string> {
  const answer = await fetch(link.trim(), { redirect: 'manual' })
  return answer.headers.get('location') ?? (await answer.text())
}

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

/**
 * So long a path that the file of an order with the longest number has room in it and the one beside it, which marks it
 * as paid, has not: a disk that fails, also for the superuser. Elsewhere than on Linux paths end long before.
 */
async function longFolder(): Promise<string> {
  const LONGEST_PATH = 4092 // 4095, and a little less in PHP
  let folder = await newFolder()
  const length = LONGEST_PATH - '/'.length - UNKEEPABLE.length
  while (folder.length < length - 1) folder += `/${'o'.repeat(Math.min(200, length - folder.length - 1))}`
  await mkdir(folder, { recursive: true })
  return folder
}

/** The same database beside the running program, as an admin's acts reach it. */
async function openShop(url: string): Promise<Shop> {
  const log = createLog('error')
  const database = await openDb(url)
  const store = await createStore({ log })
  const mail = { send: () => Promise.resolve(), close: () => undefined }
  return { db: database.kysely, now: database.now, database, store, mail, log, settings: createSettings({}) }
}
