import { describe, expect, it } from 'vitest'
import { pauseBefore } from './rhythm.ts'

const order = { mail: 'none', lateUntil: 420_000, serverTime: 0, merchant: null } as const
const polling = { live: false, hidden: false, age: 0 }

describe('pauseBefore', () => {
  it('asks every 3 s in the first minute, then every 5 s, and every 10 s while nobody looks', () => {
    const pending = { ...order, state: 'pending' } as const
    expect(pauseBefore(pending, polling)).toBe(3_000)
    expect(pauseBefore(pending, { ...polling, age: 60_000 })).toBe(5_000)
    expect(pauseBefore(pending, { ...polling, hidden: true })).toBe(10_000)
  })

  it('asks seldom while the live stream tells', () => {
    expect(pauseBefore({ ...order, state: 'pending' }, { ...polling, live: true })).toBe(30_000)
  })

  it('slows down when only a person can still move an expired order', () => {
    expect(pauseBefore({ ...order, state: 'expired' }, polling)).toBe(3_000)
    expect(pauseBefore({ ...order, state: 'expired', serverTime: 420_000 }, polling)).toBe(15_000)
  })

  it('follows the letter of a delivered order and then stops', () => {
    expect(pauseBefore({ ...order, state: 'delivered', mail: 'waiting' }, polling)).toBe(3_000)
    expect(pauseBefore({ ...order, state: 'delivered', mail: 'sent' }, polling)).toBeNull()
    expect(pauseBefore({ ...order, state: 'delivered', mail: 'dead' }, polling)).toBeNull()
  })

  it("stops at a merchant's order that is paid: the rest happens on its site", () => {
    const merchant = { name: 'x', returnUrl: null, returnTrusted: false }
    expect(pauseBefore({ ...order, state: 'paid', merchant }, polling)).toBeNull()
    expect(pauseBefore({ ...order, state: 'paid' }, polling)).toBe(15_000)
  })

  it('stops at a cancelled order', () => {
    expect(pauseBefore({ ...order, state: 'cancelled' }, polling)).toBeNull()
  })
})
