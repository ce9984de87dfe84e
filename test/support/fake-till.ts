/** A till that checks the newer signed form from first principles, and everything that can stand in its place. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly price: string
  readonly type: string
  readonly t: number
  readonly seen: number
  readonly nonce: string
}

export interface FakeTill {
  /** Ends with `/addons/pay/`. */
  readonly address: string
  /** Every report with a right signature, repetitions too. */
  readonly reports: readonly Received[]
  readonly beats: readonly number[]
  /** How it answers from now on; `undefined`: as a till. */
  behave(way?: Way): void
  /** Milliseconds that its clock is ahead of ours. */
  setClock(aheadMs: number): void
  close(): Promise<void>
}

export type Way = (request: IncomingMessage, response: ServerResponse, answer: () => void) => void

const hmac = (text: string, secret: string) => createHmac('sha256', secret).update(text, 'utf8').digest('hex')

export async function openFakeTill(secret: string): Promise<FakeTill> {
  const reports: Received[] = []
  const beats: number[] = []
  let way: Way | undefined
  let ahead = 0

  function read(url: URL): { code: number; msg: string } {
    const query = Object.fromEntries(url.searchParams)
    const { price = '', type = '', t = '', seen = '', nonce = '', sign2 } = query
    if (url.pathname === '/addons/pay/api/heartbeat') {
      if (sign2 !== hmac(`v2|heartbeat|${t}`, secret)) return { code: 0, msg: '密匙不正确!' }
      beats.push(Number(t))
      return { code: 1, msg: '收到' }
    }
    if (url.pathname !== '/addons/pay/api/notify') return { code: 0, msg: 'no such path' }
    if (sign2 !== hmac(`v2|${price}|${type}|${t}|${seen}|${nonce}`, secret) || 'sign' in query)
      return { code: 0, msg: '密匙不正确!' }
    reports.push({ price, type, t: Number(t), seen: Number(seen), nonce })
    return { code: 1, msg: '收款处理成功!' }
  }

  const server = createServer((request, response) => {
    const answer = () => {
      const result = read(new URL(request.url ?? '', 'http://till'))
      response.setHeader('Date', new Date(Date.now() + ahead).toUTCString())
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ ...result, data: '', url: '', wait: 3 }))
    }
    if (way) way(request, response, answer)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/addons/pay/`,
    reports,
    beats,
    behave: (next) => (way = next),
    setClock: (aheadMs) => (ahead = aheadMs),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The page of a network that wants a sign-in first. */
export const captivePortal: Way = (_, response) => {
  response.setHeader('Content-Type', 'text/html')
  response.end('<html><body>{"code":1,"msg":"sign in"}</body></html>')
}

export const brokenProxy: Way = (_, response) => {
  response.statusCode = 502
  response.end('{"code":1,"msg":"","data":"","url":"","wait":3}')
}

/** A sign-in that says yes in JSON of its own. */
export const politePortal: Way = (_, response) => void response.end('{"code":1,"msg":"welcome"}')

/** Whatever stands at the other address, it is not the till. */
export const elsewhere: Way = (request, response) => {
  if (request.url === '/elsewhere')
    return void response.end('{"code":1,"msg":"","data":"","url":"","wait":3}')
  response.statusCode = 302
  response.setHeader('Location', '/elsewhere')
  response.end()
}

export const cutOff: Way = (request) => request.socket.destroy()

/** It took the report, but the answer is lost. */
export const mute: Way = (request, response, answer) => {
  response.end = () => {
    request.socket.destroy()
    return response
  }
  answer()
}
