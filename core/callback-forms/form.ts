/** What each protocol says of a callback: how it is written, and which answer means that it arrived. */
import type { CallbackRow, MerchantOrderRow, OrderRow } from '../../sql/schema.ts'

export interface CallbackFacts {
  readonly callback: CallbackRow
  /** Absent for events that belong to no order. */
  readonly order?: OrderRow | undefined
  readonly asked?: MerchantOrderRow | undefined
  /** What signs: of the md5 keys of the older protocols the first, whose turn it is; of a webhook's secrets each. */
  readonly keys: readonly string[]
  readonly method: 'GET' | 'POST'
  /** Unix ms of this attempt. */
  readonly now: number
}

export interface CallbackRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface CallbackAnswer {
  readonly status: number
  readonly body: string
}

export interface CallbackForm {
  write(facts: CallbackFacts): CallbackRequest
  isSuccess(answer: CallbackAnswer): boolean
}

/** `?` or `&`, whatever the address has already; at the very end, where routers behind `#` find it too. */
export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

/** As browsers send a form: `+` for a blank, in the order given. */
export function formEncoded(pairs: Iterable<readonly [string, string]>): string {
  return new URLSearchParams([...pairs].map(([name, value]) => [name, value])).toString()
}
