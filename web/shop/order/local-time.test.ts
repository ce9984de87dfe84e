import { describe, expect, it } from 'vitest'
import { fromLocalInput, toLocalInput } from './local-time.ts'

describe('local times', () => {
  it('reads back the minute it wrote', () => {
    const time = new Date(2026, 0, 31, 23, 59, 42).getTime()
    expect(toLocalInput(time)).toBe('2026-01-31T23:59')
    expect(fromLocalInput('2026-01-31T23:59')).toBe(time - 42_000)
  })

  it('reads nothing from an empty field', () => {
    expect(fromLocalInput('')).toBeUndefined()
  })
})
