/** A merchant's site that speaks 易支付, written from the published rules of the protocol and not from ours. */
import { createHash } from 'node:crypto'
import { createCaller } from '../../com/http.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import { runDueJobs } from '../../core/jobs.ts'
import { sendRaw, type RawAnswer } from './app.ts'
import type { TestMerchant } from './merchants.ts'
import type { TestShop } from './shop.ts'
import { openSite } from './site.ts'

export type Fields = Readonly<Record<string, string>>

export function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex')
}

/** Sorted, joined as they are, the key behind; `blanks`: with the empty ones, as some sites do. */
export function signatureOf(fields: Fields, key: string, { blanks = false } = {}): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && name !== 'sign_type')
  const signed = names.filter((name) => blanks || fields[name] !== '').sort()
  return md5(signed.map((name) => `${name}=${fields[name]}`).join('&') + key)
}

export function signed(fields: Fields, key: string): Fields {
  return { ...fields, sign: signatureOf(fields, key), sign_type: 'MD5' }
}

export function encoded(fields: Fields): string {
  return new URLSearchParams(fields).toString()
}

export interface Received {
  readonly method: string
  /** With what the address had itself. */
  readonly fields: Fields
}

export interface EpaySite {
  readonly hostPort: string
  readonly notifyUrl: string
  readonly received: readonly Received[]
  /** What it says from now on. */
  answer(body: string, status?: number): void
  /** Runs before each answer, while the till waits. */
  during(work: (received: Received) => Promise<void>): void
}

/** Ends with its test. */
export async function openEpaySite(): Promise<EpaySite> {
  const received: Received[] = []
  let says = { body: 'success', status: 200 }
  let work: (received: Received) => Promise<void> = () => Promise.resolve()
  const { hostPort } = await openSite((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      const { searchParams } = new URL(request.url ?? '', 'http://site')
      const fields = Object.fromEntries([...searchParams, ...new URLSearchParams(body)])
      const one = { method: request.method ?? '', fields }
      received.push(one)
      work(one).then(
        () => response.writeHead(says.status).end(says.body),
        () => response.destroy(),
      )
    })
  })
  return {
    hostPort,
    notifyUrl: `http://${hostPort}/notify`,
    received,
    answer: (body, status = 200) => void (says = { body, status }),
    during: (next) => void (work = next),
  }
}

/** Sends what is due, through the way out that the till itself uses. */
export async function runCallbacks(shop: TestShop, hostPort: string): Promise<void> {
  const caller = createCaller({ allow: [hostPort] })
  const callbacks = { scheduleMs: [0, 60_000], call: caller.call }
  await runDueJobs(shop, createJobHandlers([0], callbacks))
  caller.close()
}

let numbers = 0

/** What a site sends for an order, at a price that no other of them has; not signed yet. */
export function orderFields({ merchant }: TestMerchant, change: Fields = {}): Fields {
  numbers += 1
  return {
    pid: String(merchant.pid),
    type: 'alipay',
    out_trade_no: `NO${String(numbers).padStart(14, '0')}`,
    notify_url: 'https://shop.example.com/notify',
    return_url: 'https://shop.example.com/return?order_id=5',
    name: 'VIP会员',
    money: `${20_000 + numbers}.00`,
    ...change,
  }
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

export function postForm(url: string, path: string, fields: Fields | string): Promise<RawAnswer> {
  const body = typeof fields === 'string' ? fields : encoded(fields)
  return sendRaw(url, path, { method: 'POST', headers: FORM, body })
}

export function getQuery(url: string, path: string, fields: Fields): Promise<RawAnswer> {
  return sendRaw(url, `${path}?${encoded(fields)}`)
}

/** @returns the id of the order on whose page the browser is sent. @throws Error with what was said instead */
export function orderIdOf({ status, headers, text }: RawAnswer): string {
  const address = status === 302 ? headers.location : (JSON.parse(text) as { payurl?: string }).payurl
  const id = /\/pay\/([\w-]{21})$/.exec(address ?? '')?.[1]
  if (!id) throw new Error(`no order: ${status} ${text}`)
  return id
}
