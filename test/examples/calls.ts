/** What a till, or somebody who pretends to be one, sends to an example. */
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Protocol } from './program.ts'

export interface Call {
  readonly number: string
  readonly price: string
  /** The key or the signing secret. */
  readonly secret: string
  readonly id?: string
  readonly ageS?: number
  /** Blanks behind the body, signed with it. */
  readonly blanks?: number
  /** Of 易支付. */
  readonly status?: string
}

/** A call that says paid, rightly signed by `secret`. @returns the status of the answer. */
export async function callBack(protocol: Protocol, address: string, call: Call): Promise<number> {
  if (protocol === 'v1') return sendWebhook(address, call)
  return protocol === 'epay' ? sendNotice(address, call) : sendCallback(address, call)
}

async function sendCallback(address: string, { number, price, secret }: Call): Promise<number> {
  const sign = md5(md5(number) + secret)
  const query = new URLSearchParams({ order_id: number, order_price: price, sign })
  return (await fetch(`${address}?${query}`, { signal: inTime() })).status
}

async function sendNotice(address: string, call: Call): Promise<number> {
  const { number, price, secret, status = 'TRADE_SUCCESS' } = call
  const terms = [
    `money=${price}`,
    `name=月卡 +1`,
    `out_trade_no=${number}`,
    'pid=1001',
    'trade_no=2026112212000012345',
    `trade_status=${status}`,
    'type=alipay',
  ]
  const fields = terms.map((one) => one.split('=', 2) as [string, string])
  const sign = md5(terms.join('&') + secret)
  const query = new URLSearchParams([...fields, ['param', ''], ['sign', sign], ['sign_type', 'MD5']])
  return (await fetch(`${address}?${query}`, { signal: inTime() })).status
}

async function sendWebhook(address: string, call: Call): Promise<number> {
  const { number, price, secret, id = 'msg_1', ageS = 0, blanks = 0 } = call
  const seconds = Math.floor(Date.now() / 1000) - ageS
  const event = { type: 'order.paid', data: { out_trade_no: number, amount: price } }
  const body = JSON.stringify(event) + ' '.repeat(blanks)
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  }
  return (await fetch(address, { method: 'POST', headers, body, signal: inTime() })).status
}

/** A program that a slow stranger holds up fails by it. */
function inTime(): AbortSignal {
  return AbortSignal.timeout(5_000)
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** Strangers without a key: an address that is none, one who hangs up, a length that is none, far too much. */
export async function annoy(port: number): Promise<void> {
  const post = 'POST /callback HTTP/1.1\r\nHost: shop\r\nContent-Length:'
  await sendBytes(port, 'GET // HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n', 200)
  await sendBytes(port, `${post} 100\r\n\r\n{`, 100)
  await sendBytes(port, `${post} -1\r\n\r\n{`, 100)
  await sendBytes(port, `${post} 200000\r\n\r\n${'x'.repeat(200_000)}`, 100)
}

/** Two strangers who begin a request, and one of them its body, and never end. @returns ends them. */
export async function sendSlowly(port: number): Promise<() => void> {
  const beginnings = ['GET /callb', 'POST /callback HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{']
  const sockets = await Promise.all(beginnings.map((text) => begin(port, text)))
  return () => sockets.forEach((socket) => socket.destroy())
}

async function sendBytes(port: number, text: string, waitMs: number): Promise<void> {
  const socket = await begin(port, text)
  await sleep(waitMs)
  socket.destroy()
}

async function begin(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}
