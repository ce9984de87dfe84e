/** What many ask for at the same moment, read for all of them at once. */
import { gather } from '../com/gather.ts'
import type { Shop } from './shop.ts'

const MOST_AT_ONCE = 50

/**
 * Outside of transactions only: whoever asks is answered together with others, and never with what is older than the
 * question.
 *
 * @param read answers many keys; one without an answer is absent.
 */
export function gathered<K, V>(
  read: (shop: Shop, keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (shop: Shop, key: K) => Promise<V | undefined> {
  const askers = new WeakMap<Shop['database'], (key: K) => Promise<V | undefined>>()
  return async (shop, key) => {
    if (shop.db !== shop.database.kysely) throw new Error('A transaction reads for itself')
    const ask = askers.get(shop.database) ?? gather((keys) => read(lasting(shop), keys), MOST_AT_ONCE)
    askers.set(shop.database, ask)
    return ask(key)
  }
}

/** Whoever asks first, with nothing that is theirs alone. */
function lasting(shop: Shop): Shop {
  return { ...shop, now: () => shop.database.now() }
}
