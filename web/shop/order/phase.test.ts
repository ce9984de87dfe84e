import { describe, expect, it } from 'vitest'
import { clockText, deadlineOf, extraMinutes, phaseOf } from './phase.ts'

const order = { expiresAt: 300_000, lateUntil: 420_000 }
const pending = { ...order, state: 'pending' } as const
const expired = { ...order, state: 'expired' } as const

describe('phaseOf', () => {
  it('hurries the buyer in the last minute, not before', () => {
    expect(phaseOf(pending, 240_000)).toBe('waiting')
    expect(phaseOf(pending, 240_001)).toBe('ending')
  })

  it('calls an order timed out by the clock, also before the server has moved it', () => {
    expect(phaseOf(pending, 300_000)).toBe('grace')
    expect(phaseOf(pending, 420_000)).toBe('expired')
  })

  it('keeps watching an expired order until its late window closes', () => {
    expect(phaseOf(expired, 419_999)).toBe('grace')
    expect(phaseOf(expired, 420_000)).toBe('expired')
  })

  it('shows an order that expired early as timed out', () => {
    expect(phaseOf(expired, 100_000)).toBe('grace')
  })

  it('never calls a paid order expired', () => {
    for (const state of ['paid', 'paid_waiting_stock', 'delivered'] as const) {
      expect(phaseOf({ ...order, state }, 9_000_000)).not.toBe('expired')
    }
  })
})

describe('deadlineOf', () => {
  it('counts to the end of the order, then to the end of the late window, then to nothing', () => {
    expect(deadlineOf(pending, 'waiting')).toBe(300_000)
    expect(deadlineOf(pending, 'ending')).toBe(300_000)
    expect(deadlineOf(expired, 'grace')).toBe(420_000)
    expect(deadlineOf(expired, 'expired')).toBeUndefined()
  })
})

describe('clockText', () => {
  it('writes minutes and seconds with two digits, a started second counted', () => {
    expect(clockText(299_001)).toBe('05:00')
    expect(clockText(299_000)).toBe('04:59')
    expect(clockText(1)).toBe('00:01')
  })

  it('stops at zero', () => {
    expect(clockText(-5_000)).toBe('00:00')
  })
})

describe('extraMinutes', () => {
  it('is the time an order was given, in whole minutes and at least one', () => {
    expect(extraMinutes({ createdAt: 1_000, expiresAt: 301_000 })).toBe(5)
    expect(extraMinutes({ createdAt: 0, expiresAt: 20_000 })).toBe(1)
  })
})
