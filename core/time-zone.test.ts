import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayOf, localTime, startOfDay, zoneOffset } from './time-zone.ts'

const HOUR = 3_600_000

describe('days in the shop’s time zone', () => {
  it('begin at the zone’s midnight', () => {
    expect(startOfDay('2026-11-22', 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 21, 16))
    expect(startOfDay('2026-11-22', 'UTC')).toBe(Date.UTC(2026, 10, 22))
    expect(startOfDay('2026-11-22', 'America/New_York')).toBe(Date.UTC(2026, 10, 22, 5))
    expect(startOfDay('2026-07-01', 'Asia/Kolkata')).toBe(Date.UTC(2026, 5, 30, 18, 30))
  })

  it('of 23 and 25 hours begin at midnight too', () => {
    const lengthOf = (day: string, next: string) =>
      (startOfDay(next, 'Europe/Berlin') - startOfDay(day, 'Europe/Berlin')) / HOUR
    expect([lengthOf('2026-03-29', '2026-03-30'), lengthOf('2026-10-25', '2026-10-26')]).toEqual([23, 25])
  })

  it('are no number where there is no such day', () => {
    for (const day of ['', 'yesterday', '2026-13-01', '2026-00-10']) expect(startOfDay(day, 'UTC')).toBeNaN()
  })

  it('contain every moment of theirs', () => {
    const zones = constantFrom(
      'Asia/Shanghai',
      'UTC',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'America/Noronha',
    )
    const moments = integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) })
    assert(
      property(moments, zones, (at, zone) => {
        const start = startOfDay(dayOf(at, zone), zone)
        return start <= at && at < start + 24 * HOUR
      }),
    )
  })

  it('are shown in local time', () => {
    const at = Date.UTC(2026, 10, 22, 12, 15, 9, 800)
    expect(localTime(at, 'Asia/Shanghai')).toBe('2026-11-22 20:15:09')
    expect(zoneOffset('Asia/Shanghai', at)).toBe(8 * HOUR)
    expect(zoneOffset('America/St_Johns', at)).toBe(-3.5 * HOUR)
  })
})
