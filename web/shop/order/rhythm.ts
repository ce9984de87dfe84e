/** How often the order page asks the server. */
import type { OrderView } from '../../../api/contract/orders.ts'
import type { OrderState } from '../../../core/vocabulary.ts'

interface Rhythm {
  /** Without a live stream, in the first minute. */
  readonly fresh: number
  /** Without a live stream, from then on. */
  readonly later: number
  /** A safety net below a live stream. */
  readonly live: number
}

const HIDDEN_MS = 10_000
const FRESH_FOR_MS = 60_000
const WATCHED: Rhythm = { fresh: 3_000, later: 5_000, live: 30_000 }
const BY_HAND: Rhythm = { fresh: 15_000, later: 30_000, live: 60_000 }

/** Null: nothing can happen any more. */
const ASK_AGAIN: Record<OrderState, Rhythm | null> = {
  pending: WATCHED,
  expired: WATCHED,
  paid: BY_HAND,
  paid_waiting_stock: BY_HAND,
  delivered: null,
  cancelled: null,
}

/** The letter of a delivered order is followed until the mail server took it or gave up. */
const MAIL: Rhythm = { fresh: 3_000, later: 10_000, live: 10_000 }

export interface Circumstances {
  readonly live: boolean
  readonly hidden: boolean
  /** Milliseconds since the order entered the state it is in, as far as this page saw it. */
  readonly age: number
}

type Asked = Pick<OrderView, 'state' | 'mail' | 'lateUntil' | 'serverTime' | 'merchant'>

/** @returns milliseconds until the next question, or null when the order is settled. */
export function pauseBefore(order: Asked, { live, hidden, age }: Circumstances): number | null {
  const rhythm = rhythmOf(order)
  if (!rhythm) return null
  if (live) return rhythm.live
  const pause = age < FRESH_FOR_MS ? rhythm.fresh : rhythm.later
  return hidden ? Math.max(pause, HIDDEN_MS) : pause
}

/** Whether anything can still change that the live stream would tell. */
export function canMove(order: Asked): boolean {
  return !isMerchantsPaid(order) && ASK_AGAIN[order.state] !== null
}

/** The rest happens on the merchant's site. */
function isMerchantsPaid({ state, merchant }: Asked): boolean {
  return merchant !== null && state === 'paid'
}

function rhythmOf(order: Asked): Rhythm | null {
  if (isMerchantsPaid(order)) return null
  if (order.state === 'delivered' && order.mail === 'waiting') return MAIL
  if (order.state === 'expired' && order.serverTime >= order.lateUntil) return BY_HAND
  return ASK_AGAIN[order.state]
}
