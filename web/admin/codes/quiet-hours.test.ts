import { expect, it } from 'vitest'
import { findMinutes, formatMinutes } from './quiet-hours.ts'

it('reads every minute of the day as it is written', () => {
  for (let minute = 0; minute < 1440; minute += 1) expect(findMinutes(formatMinutes(minute))).toBe(minute)
  expect(formatMinutes(0)).toBe('00:00')
  expect(formatMinutes(450)).toBe('07:30')
  expect(formatMinutes(1439)).toBe('23:59')
})

it('takes nothing that is no time of the day', () => {
  for (const text of ['', '7:30', '24:00', '12:60', '12:3', '12:30:00', ' 12:30'])
    expect(findMinutes(text)).toBeUndefined()
})
