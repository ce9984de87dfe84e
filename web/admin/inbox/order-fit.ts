/** How well a payment fits an order, for the seller to judge. */
import type { InboxEntry } from '../../../api/contract/admin-inbox.ts'
import type { AdminOrder, AdminPayment } from '../../../api/contract/admin-orders.ts'

/** Money of the other channel fits worse than any amount that is suggested at all. */
const OTHER_CHANNEL_CENTS = 100

export interface Fit {
  /** What arrived less what was due, in cents; null where no amount could be read. */
  readonly cents: number | null
  /** Where the payment's time lies: before the order was placed, until its end, or after that. */
  readonly place: 'before' | 'during' | 'after'
  /** From the placing of the order, or from its end where the payment came after it. */
  readonly ms: number
  readonly otherChannel: boolean
}

export function fitOf(
  payment: Pick<AdminPayment, 'amountCents' | 'receivedAt' | 'channel'>,
  order: Pick<AdminOrder, 'dueCents' | 'createdAt' | 'expiresAt' | 'channel'>,
): Fit {
  return {
    cents: payment.amountCents === null ? null : payment.amountCents - order.dueCents,
    otherChannel: payment.channel !== null && payment.channel !== order.channel,
    ...timeOf(payment.receivedAt, order),
  }
}

function timeOf(at: number, order: Pick<AdminOrder, 'createdAt' | 'expiresAt'>): Pick<Fit, 'place' | 'ms'> {
  if (at < order.createdAt) return { place: 'before', ms: order.createdAt - at }
  if (at > order.expiresAt) return { place: 'after', ms: at - order.expiresAt }
  return { place: 'during', ms: at - order.createdAt }
}

/** In the largest unit that leaves at least one, rounded down. */
export function spanOf(ms: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  if (ms < 60_000) return { unit: 'seconds', count: Math.floor(ms / 1000) }
  if (ms < 3_600_000) return { unit: 'minutes', count: Math.floor(ms / 60_000) }
  return { unit: 'hours', count: Math.floor(ms / 3_600_000) }
}

/** Open payments that the server suggests an order for and whose amount is known, the best fit first. */
export function paymentsFor(order: AdminOrder, entries: readonly InboxEntry[]): AdminPayment[] {
  const misfit = (payment: AdminPayment) => {
    const { cents, otherChannel } = fitOf(payment, order)
    return Math.abs(cents ?? 0) + (otherChannel ? OTHER_CHANNEL_CENTS : 0)
  }
  return entries
    .filter(({ state, suggestions }) => state === 'open' && suggestions.some(({ id }) => id === order.id))
    .map(({ payment }) => payment)
    .filter(({ amountCents }) => amountCents !== null)
    .sort((a, b) => misfit(a) - misfit(b))
}
