/** The newer signed form of the listener's protocol: HMAC-SHA256 in hex over named and joined fields. */
import { createHmac } from 'node:crypto'

export interface Report {
  readonly price: string
  readonly type: 'wechat' | 'alipay'
  /** Unix ms, this attempt. */
  readonly t: number
  /** Unix ms, the notification. */
  readonly seen: number
  /** The same on every attempt. */
  readonly nonce: string
}

export function reportQuery(report: Report, secret: string): URLSearchParams {
  const { price, type, t, seen, nonce } = report
  const sign2 = hmac(['v2', price, type, t, seen, nonce].join('|'), secret)
  return new URLSearchParams({ price, type, t: String(t), seen: String(seen), nonce, sign2 })
}

export function heartbeatQuery(t: number, secret: string): URLSearchParams {
  return new URLSearchParams({ t: String(t), sign2: hmac(`v2|heartbeat|${t}`, secret) })
}

function hmac(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex')
}
