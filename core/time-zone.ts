/** Days in the shop's time zone. */

/** @returns ms to add to UTC to get the local time at that moment. */
export function zoneOffset(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const local = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  )
  return local - Math.floor(at / 1000) * 1000
}

/** @param day `2026-11-22`. @returns Unix ms of its first moment, NaN when there is no such day. */
export function startOfDay(day: string, timeZone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(utc)) return Number.NaN
  const guess = utc - zoneOffset(timeZone, utc)
  return utc - zoneOffset(timeZone, guess)
}

/** @returns `2026-11-22`, the day of that moment. */
export function dayOf(at: number, timeZone: string): string {
  return new Date(at + zoneOffset(timeZone, at)).toISOString().slice(0, 10)
}

/** @returns `2026-11-22 20:15:09`. */
export function localTime(at: number, timeZone: string): string {
  return new Date(at + zoneOffset(timeZone, at)).toISOString().slice(0, 19).replace('T', ' ')
}
