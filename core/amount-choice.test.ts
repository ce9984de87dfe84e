import { assert, array, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountPool, orderOfChoice, secondsUntilFree, type SlotState } from './amount-choice.ts'

const NOW = 1_700_000_000_000
const REST = 1_800_000

const slot = (amountCents: number, heldUntil: number): SlotState => ({ amountCents, heldUntil })

/** How often each amount comes first. */
function firstOf(slots: readonly SlotState[], rounds: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (let round = 0; round < rounds; round += 1) {
    const [first] = orderOfChoice(100, slots, NOW, REST)
    counts.set(first!, (counts.get(first!) ?? 0) + 1)
  }
  return counts
}

describe('the pool of a price', () => {
  it('is the price and the ten cents below it', () => {
    expect(amountPool(100, 10)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90])
  })

  it('is the price alone at depth 0', () => {
    expect(amountPool(100, 0)).toEqual([100])
  })

  it.each([1, 2, 3, 4, 5])('never goes below one cent at a price of %i', (price) => {
    expect(amountPool(price, 10)).toEqual(Array.from({ length: price }, (_, step) => price - step))
  })
})

describe('the choice of an amount', () => {
  it('is the price itself when it was never used', () => {
    expect(firstOf([slot(100, 0), slot(99, 0), slot(98, 0)], 200)).toEqual(new Map([[100, 200]]))
  })

  it('is the price itself as soon as it has rested, and not a millisecond earlier', () => {
    const others = [slot(99, 0), slot(98, 0), slot(97, 0)]
    expect(firstOf([slot(100, NOW - REST), ...others], 200)).toEqual(new Map([[100, 200]]))
    expect(firstOf([slot(100, NOW - REST + 1), ...others], 200).has(100)).toBe(false)
  })

  it('is random and even among the longest-rested half', () => {
    const slots = Array.from({ length: 8 }, (_, at) => slot(100 - at, NOW - 1_000 * (at + 1)))
    const counts = firstOf(slots, 4_000)
    expect([...counts.keys()].sort()).toEqual([93, 94, 95, 96])
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  it('takes amounts that were never used before all others', () => {
    const used = Array.from({ length: 5 }, (_, at) => slot(100 - at, NOW - 60_000 - at))
    const fresh = Array.from({ length: 5 }, (_, at) => slot(95 - at, 0))
    const counts = firstOf([...used, ...fresh], 1_000)
    expect([...counts.keys()].sort()).toEqual([91, 92, 93, 94, 95])
  })

  it('never names a held amount or one outside the pool, and every free one exactly once', () => {
    const slots = array(
      record({
        amountCents: integer({ min: 1, max: 100 }),
        heldUntil: integer({ min: NOW - 9_000, max: NOW + 9 }),
      }),
      { maxLength: 11 },
    ).map((all) => [...new Map(all.map((one) => [one.amountCents, one])).values()])
    assert(
      property(slots, (all) => {
        const free = all.filter((one) => one.heldUntil < NOW).map((one) => one.amountCents)
        expect(orderOfChoice(100, all, NOW, REST).toSorted()).toEqual(free.toSorted())
      }),
    )
  })

  it('is empty when everything is held, up to and including the very millisecond', () => {
    expect(orderOfChoice(100, [slot(100, NOW), slot(99, NOW + 1)], NOW, REST)).toEqual([])
  })
})

describe('the wait for a free amount', () => {
  it('is the whole seconds until the first hold ends, at least one', () => {
    expect(secondsUntilFree([slot(100, NOW + 80_000), slot(99, NOW + 200_000)], NOW)).toBe(81)
    expect(secondsUntilFree([slot(100, NOW + 79_999)], NOW)).toBe(80)
    expect(secondsUntilFree([slot(100, NOW - 5)], NOW)).toBe(1)
  })
})
