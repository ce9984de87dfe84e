/** Numbers of merchants' orders: digits only and no more than twenty of them, as the older protocols want. */
import { randomInt } from 'node:crypto'
import { zoneOffset } from './time-zone.ts'
import type { Shop } from './shop.ts'

/** @returns 19 digits: the second in the shop's time zone, then five at random. Unique only by the database. */
export function newTradeNumber(shop: Shop): string {
  const local = new Date(shop.now() + zoneOffset(shop.settings.current.timeZone, shop.now()))
  const second = local.toISOString().replace(/\D/g, '').slice(0, 14)
  return second + String(randomInt(100_000)).padStart(5, '0')
}
