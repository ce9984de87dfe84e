/** What the buyer meets: an order's state, and where its clock stands. */
import type { OrderView } from '../../../api/contract/orders.ts'

export type Phase =
  'waiting' | 'ending' | 'grace' | 'expired' | 'cancelled' | 'paid' | 'waiting_stock' | 'delivered'

/** Below this many milliseconds the payment page hurries the buyer. */
export const ENDING_MS = 60_000

type Clocked = Pick<OrderView, 'state' | 'expiresAt' | 'lateUntil'>

/** @param now Unix ms by the server's clock. */
export function phaseOf(order: Clocked, now: number): Phase {
  switch (order.state) {
    case 'pending':
    case 'expired':
      return unpaidPhase(order, now)
    case 'paid_waiting_stock':
      return 'waiting_stock'
    default:
      return order.state
  }
}

function unpaidPhase({ state, expiresAt, lateUntil }: Clocked, now: number): Phase {
  if (state === 'pending' && now < expiresAt) return expiresAt - now < ENDING_MS ? 'ending' : 'waiting'
  return now < lateUntil ? 'grace' : 'expired'
}

/** The moment that a phase counts down to, Unix ms. */
export function deadlineOf(order: Clocked, phase: Phase): number | undefined {
  if (phase === 'waiting' || phase === 'ending') return order.expiresAt
  return phase === 'grace' ? order.lateUntil : undefined
}

/** @returns the minutes that extending adds: as many as the order was given. */
export function extraMinutes({ createdAt, expiresAt }: Pick<OrderView, 'createdAt' | 'expiresAt'>): number {
  return Math.max(1, Math.round((expiresAt - createdAt) / 60_000))
}

/** @returns `mm:ss`; a started second counts, and nothing is below `00:00`. */
export function clockText(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (part: number) => String(part).padStart(2, '0')
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
}
