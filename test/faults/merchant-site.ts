/** A merchant's site: asks for orders over our own API, writes down what it hears, and may be slow, away or killed. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import * as merchants from '../../api/contract/admin-merchants.ts'
import { v1CreateOrder } from '../../api/contract/v1-orders.ts'
import type { Channel } from '../../core/vocabulary.ts'
import { ask, get, type Seller } from '../support/client.ts'
import type { PlacedOrder } from './ledger.ts'
import type { Dice } from './size.ts'
import { pay, PATIENCE_MS, type Market } from './trade.ts'

/** One request that came to the site. */
export interface Hearing {
  /** The same on every attempt. */
  readonly id: string
  readonly event: string
  readonly orderId: string
  readonly body: string
  readonly isSigned: boolean
  /** Unix ms. */
  readonly at: number
  /** What was answered, and when that had left; null while it has not, and for ever when the connection ended. */
  answer: { readonly status: number; readonly at: number } | null
}

export interface MerchantSite {
  /** Where the till is to call it, unless by way of a proxy. */
  readonly hostPort: string
  readonly port: number
  readonly heard: readonly Hearing[]
  /** Numbers of the orders that it was given. */
  readonly orders: Set<string>
  /** How many it was asked at once, at most. */
  most(): number
  /** What it answers from now on: a status, or undefined for nothing at all. */
  answerWith(choose: (hearing: Hearing) => Promise<number | undefined> | number | undefined): void
  /** Ends its connections and listens no more. */
  kill(): Promise<void>
  restart(): Promise<void>
  /** Becomes a merchant of this till, told by way of `hostPort`. */
  enrol(url: string, seller: Seller, hostPort?: string): Promise<void>
  /** @returns the order, or undefined when it was refused or the connection ended. */
  place(market: Market, dice: Dice): Promise<PlacedOrder | undefined>
}

export async function openMerchantSite(): Promise<MerchantSite> {
  const heard: Hearing[] = []
  const orders = new Set<string>()
  const sockets = new Set<Socket>()
  let choose: (hearing: Hearing) => Promise<number | undefined> | number | undefined = () => 200
  let access = { key: '', secret: '', notifyUrl: '' }
  let present = 0
  let most = 0
  let asked = 0
  let server: Server | undefined

  async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    present += 1
    most = Math.max(most, present)
    response.once('close', () => (present -= 1))
    const body = await readBody(request)
    const hearing = hearingOf(request, body, access.secret)
    heard.push(hearing)
    const status = await choose(hearing)
    if (status === undefined) return void request.socket.destroy()
    response.once('finish', () => (hearing.answer = { status, at: Date.now() }))
    response.writeHead(status).end('success')
  }

  async function open(port: number): Promise<number> {
    server = createServer((request, response) => {
      listen(request, response).catch(() => undefined) // the connection ended
    })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  const port = await open(0)
  return {
    port,
    hostPort: `127.0.0.1:${port}`,
    heard,
    orders,
    most: () => most,
    answerWith: (wanted) => void (choose = wanted),
    async kill() {
      const closed = new Promise((resolve) => server?.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async restart() {
      await open(port)
    },
    async enrol(url, { headers }, hostPort = `127.0.0.1:${port}`) {
      const { id } = await get(url, merchants.addMerchant, { headers, body: MERCHANT })
      const params = { id }
      const key = { kind: 'live', name: 'site' } as const
      const { secret: bearer } = await get(url, merchants.addMerchantKey, { headers, params, body: key })
      const live = { mode: 'live' } as const
      const { secret } = await get(url, merchants.renewNotifySecret, { headers, params, body: live })
      access = { key: bearer, secret, notifyUrl: `http://${hostPort}/hook` }
    },
    async place(market, dice) {
      asked += 1
      const method = dice.pick<Channel>(['alipay', 'wechat'])
      const answer = await ask(market.url, v1CreateOrder, {
        headers: { Authorization: `Bearer ${access.key}` },
        body: {
          out_trade_no: `${port}-${asked}`,
          amount: `${dice.whole(30, 60)}.${dice.whole(10, 99)}`,
          subject: '月卡',
          method,
          notify_url: access.notifyUrl,
        },
        timeout: PATIENCE_MS,
      }).catch(() => undefined)
      if (answer?.status !== 201) return undefined
      const { id, amount_due: due } = answer.reply
      const order: PlacedOrder = {
        ...{ id, email: '', channel: method, dueCents: Math.round(Number(due) * 100) },
        ...{ quantity: 1, hasKeys: false, headers: {} },
      }
      orders.add(id)
      market.ledger.orders.set(id, order)
      return order
    },
  }
}

const MERCHANT = {
  name: '示例网店',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: [],
  callbackMethod: 'GET' as const,
  showQrcode: false,
  ordersPerMinute: 0,
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** Checked as Standard Webhooks says, with nothing of the program's own. */
function hearingOf({ headers }: IncomingMessage, body: string, secret: string): Hearing {
  const text = (name: string) => String(headers[name] ?? '')
  const [id, seconds] = [text('webhook-id'), text('webhook-timestamp')]
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  const { type, data } = JSON.parse(body) as { type: string; data: { id: string } }
  const isSigned = text('webhook-signature').split(' ').includes(`v1,${mac}`)
  return { id, event: type, orderId: data.id, body, isSigned, at: Date.now(), answer: null }
}

/** One buyer of a site, who pays; the phone may say so twice. */
export async function tradeAt(market: Market, site: MerchantSite, dice: Dice): Promise<void> {
  const order = await site.place(market, dice)
  if (!order || dice.isBelow(0.1)) return
  const times = dice.isBelow(0.15) ? 2 : 1
  await Promise.all(Array.from({ length: times }, () => pay(market, order)))
}
