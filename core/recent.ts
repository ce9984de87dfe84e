/** What pages show may be a second old: read once for all of them. Never for a decision about money. */
import type { Shop } from './shop.ts'

export const RECENT_MS = 1_000

/** Subjects that are remembered; more than that are forgotten together. */
const MOST_KEPT = 1_000

export interface Recent<V> {
  /** As it was up to a second ago; read when nobody asked since then. */
  get(shop: Shop, key: string): Promise<V>
  /** After a change has been committed: this process reads anew. */
  forget(shop: Shop): void
}

export function createRecent<V>(read: (shop: Shop, key: string) => Promise<V>): Recent<V> {
  const shops = new WeakMap<Shop['database'], Map<string, { at: number; value: Promise<V> }>>()

  function keptBy({ database }: Shop) {
    const known = shops.get(database)
    if (known && known.size < MOST_KEPT) return known
    const fresh: NonNullable<typeof known> = new Map()
    shops.set(database, fresh)
    return fresh
  }

  return {
    get(shop, key) {
      const kept = keptBy(shop)
      const found = kept.get(key)
      if (found && Math.abs(shop.now() - found.at) < RECENT_MS) return found.value
      const entry = { at: shop.now(), value: read(shop, key) }
      kept.set(key, entry)
      entry.value.catch(() => kept.get(key) === entry && kept.delete(key))
      return entry.value
    },
    forget: ({ database }) => void shops.delete(database),
  }
}
