/** The days of a filter, in the shop's time zone. */
import { fail } from './errors.ts'
import type { Shop } from './shop.ts'
import { startOfDay } from './time-zone.ts'

const DAY_MS = 86_400_000

/** @param day `2026-11-22`. @returns Unix ms of its first moment. @throws ShopError `bad_input` */
export function firstOf(shop: Shop, day: string): number {
  const start = startOfDay(day, shop.settings.current.timeZone)
  return Number.isNaN(start) ? fail('bad_input', { day }) : start
}

/** @returns Unix ms of the first moment after it. @throws ShopError `bad_input` */
export function endOf(shop: Shop, day: string): number {
  return firstOf(shop, day) + DAY_MS
}
