/** What comes often and need not be noted each time. */
import type { Db } from '../com/db/index.ts'
import type { Shop } from './shop.ts'

const noted = new WeakMap<Db, Map<string, number>>()

/** More than that are forgotten together: they are then noted once more. */
const MOST_KEPT = 1_000

/** Does nothing when this process has done the same within `gapMs`, unless that failed. */
export async function nowAndThen(
  shop: Shop,
  what: string,
  gapMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const before = noted.get(shop.database) ?? new Map<string, number>()
  noted.set(shop.database, before)
  if (Math.abs(shop.now() - (before.get(what) ?? 0)) < gapMs) return
  if (before.size >= MOST_KEPT) before.clear()
  before.set(what, shop.now())
  try {
    await work()
  } catch (error) {
    before.delete(what)
    throw error
  }
}
