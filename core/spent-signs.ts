/** Signatures that cover a time and no content: each serves once, for one content. */
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import { transaction, type Shop, type Tx } from './shop.ts'

/** What is kept of one; it is worth nothing any more long before it is forgotten. */
const KEPT_MS = 3_600_000

/** `key` is equal on every repetition of one notice, and of no other; `content` must be equal then too. */
export interface Once {
  readonly key: string
  readonly content: string
  /** The key is that of a signature that serves for one content, money or not. */
  readonly spends?: true
}

/** Inside a transaction. @returns false when it has served for another content. */
export async function spendSign(tx: Tx, { key, content }: Once): Promise<boolean> {
  try {
    await tx.db
      .insertInto('spent_signs')
      .values({ sign_key: key, content_hash: content, spent_at: tx.now() })
      .execute()
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const before = await tx.db
    .selectFrom('spent_signs')
    .select('content_hash')
    .where('sign_key', '=', key)
    .executeTakeFirst()
  if (!before) throw new RetryTransaction() // whoever had it gave it back
  return before.content_hash === content
}

/** For what leaves no row of its own. @returns false when it has served for another content. */
export function spendAlone(shop: Shop, once: Once): Promise<boolean> {
  return transaction(shop, (tx) => spendSign(tx, once))
}

/** The clock's part. */
export async function dropSpentSigns(shop: Shop): Promise<void> {
  await shop.db
    .deleteFrom('spent_signs')
    .where('spent_at', '<', shop.now() - KEPT_MS)
    .execute()
}
