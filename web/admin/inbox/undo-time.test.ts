import { expect, it } from 'vitest'
import { undoEnd } from './undo-time.ts'

it('ends when the server says, while the clocks agree', () => {
  expect(undoEnd(1_000_000, 1_010_000, 1_004_000)).toBe(1_010_000)
})

it('counts the whole time from when it was seen, where the clock here is behind', () => {
  expect(undoEnd(1_000_000, 1_010_000, 940_000)).toBe(950_000)
})

it('counts the whole time from when it was seen, where the clock here is ahead', () => {
  expect(undoEnd(1_000_000, 1_010_000, 1_070_000)).toBe(1_080_000)
})
