/** The phone's notifications carry local time without its zone. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const FUTURE_MS = 120_000
const OLDEST_MS = 8 * 24 * 3_600_000

/**
 * Minutes east of UTC, as the phone's own `date` knows them: on Android a program that brings its own tables of zones
 * may believe in another one.
 */
export async function readZone(): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('date', ['+%z'], { timeout: 5_000 })
    const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(stdout.trim()) ?? []
    if (sign) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  } catch {
    // the program's own idea of the zone is the next best
  }
  return -new Date().getTimezoneOffset()
}

/** @returns Unix ms by the phone's clock; undefined when the text is no time, or none at which this was shown. */
export function parseWhen(when: string, zoneMinutes: number, now: number): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(when)?.map(Number) ?? []
  if (year === undefined || month === undefined) return undefined
  const at = Date.UTC(year, month - 1, day, hour, minute, second) - zoneMinutes * 60_000
  return at > now + FUTURE_MS || at < now - OLDEST_MS ? undefined : at
}

/** `11-22 21:05:09`, local time. */
export function formatTime(at: number, zoneMinutes: number): string {
  return new Date(at + zoneMinutes * 60_000).toISOString().slice(5, 19).replace('T', ' ')
}
