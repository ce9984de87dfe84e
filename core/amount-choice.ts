/** Which amount an order should get: money.md's choice, without a database. */
import { randomInt } from 'node:crypto'
import { cents, type Cents } from './money.ts'

export interface SlotState {
  readonly amountCents: number
  /** Unix ms; 0 when it was never used. From then on the amount rests. */
  readonly heldUntil: number
}

/** The price and up to `depth` cents below it, never under one cent. From the price downwards. */
export function amountPool(priceCents: number, depth: number): Cents[] {
  const size = Math.min(depth, priceCents - 1) + 1
  return Array.from({ length: size }, (_, step) => cents(priceCents - step))
}

/**
 * The free amounts in the order in which to try them: the price itself when it has rested `restMs`; otherwise
 * a random one of the longest-rested half (never used counts as longest), then the others.
 *
 * Rested amounts first keeps a stranger's late payment away from whoever has the amount now.
 */
export function orderOfChoice(
  priceCents: number,
  slots: readonly SlotState[],
  now: number,
  restMs: number,
): number[] {
  const free = shuffle(slots.filter((slot) => slot.heldUntil < now)).sort((a, b) => a.heldUntil - b.heldUntil)
  const price = free.find((slot) => slot.amountCents === priceCents)
  if (price && now - price.heldUntil >= restMs) {
    return [priceCents, ...amountsOf(free.filter((slot) => slot !== price))]
  }
  const half = Math.ceil(free.length / 2)
  return amountsOf([...shuffle(free.slice(0, half)), ...free.slice(half)])
}

/** Seconds until the first of the slots comes free, at least 1. */
export function secondsUntilFree(slots: readonly SlotState[], now: number): number {
  const first = Math.min(...slots.map((slot) => slot.heldUntil))
  return Math.max(1, Math.ceil((first + 1 - now) / 1000))
}

function amountsOf(slots: readonly SlotState[]): number[] {
  return slots.map((slot) => slot.amountCents)
}

/** Fisher–Yates on a copy. */
export function shuffle<T>(items: readonly T[]): T[] {
  const mixed = [...items]
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const pick = randomInt(last + 1)
    const kept = mixed[last] as T
    mixed[last] = mixed[pick] as T
    mixed[pick] = kept
  }
  return mixed
}
