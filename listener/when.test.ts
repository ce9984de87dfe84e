import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { formatTime, parseWhen, readZone } from './when.ts'

const NOON = Date.UTC(2026, 10, 22, 4, 0, 0) // 12:00 in Shanghai
const SHANGHAI = 8 * 60

it('reads a notification’s time as local time of the phone’s zone', () => {
  expect(parseWhen('2026-11-22 11:59:58', SHANGHAI, NOON)).toBe(NOON - 2_000)
  expect(parseWhen('2026-11-22 03:59:58', 0, NOON)).toBe(NOON - 2_000)
  expect(parseWhen('2026-11-21 22:59:58', -5 * 60, NOON)).toBe(NOON - 2_000)
})

it.each([
  ['no time', ''],
  ['the time that Android has for “never”', '292269055-12-02 16:47:04'],
  ['the time of a notification without one', '1970-01-01 08:00:00'],
  ['a time to come', '2026-11-22 12:03:00'],
  ['a time too long ago to be still shown', '2026-11-13 12:00:00'],
  ['digits of another script', '٢٠٢٦-١١-٢٢ ١١:٥٩:٥٨'],
])('takes %s for no time', (_, when) => {
  expect(parseWhen(when, SHANGHAI, NOON)).toBeUndefined()
})

it('knows the zone as the phone’s own clock shows it', async () => {
  const [, sign, hours, minutes] = /([+-])(\d\d)(\d\d)/.exec(
    execFileSync('date', ['+%z'], { encoding: 'utf8' }),
  )!
  expect(await readZone()).toBe((sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)))
})

it('writes times as the phone shows them', () => {
  expect(formatTime(NOON, SHANGHAI)).toBe('11-22 12:00:00')
})
