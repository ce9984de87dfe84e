/** How much is tried: a size for every change, and the whole for `npm run test:faults`. */
import { randomInt } from 'node:crypto'

export const isWhole = process.env.TEST_FAULTS === 'whole'

export function sized(small: number, whole: number): number {
  return isWhole ? whole : small
}

/** Named by every failing round; TEST_FAULTS_SEED repeats its choices, though not its timing. */
export const firstSeed = Number(process.env.TEST_FAULTS_SEED ?? randomInt(1_000_000))

/** All of them, or what falls to this engine: every one is tried on one of the two then, now on this, now on that. */
export function share<T>(items: readonly T[], engine: { readonly name: string }): readonly T[] {
  const mine = (firstSeed + Number(engine.name === 'SQLite')) % 2
  return isWhole || !process.env.TEST_MYSQL_URL ? items : items.filter((_, at) => at % 2 === mine)
}

export interface Dice {
  /** From 0 up to and without 1. */
  next(): number
  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number
  isBelow(share: number): boolean
  pick<T>(items: readonly T[]): T
}

export function createDice(seed: number): Dice {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    isBelow: (share) => next() < share,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  }
}
