/** What every rule of the shop stands on. Functions of core take a Shop first, inside a transaction or outside. */
import type { Kysely, Transaction } from 'kysely'
import type { Db } from '../com/db/index.ts'
import type { Mailer } from '../com/email.ts'
import type { Log } from '../com/log.ts'
import type { Store } from '../com/store.ts'
import type { Database } from '../sql/schema.ts'
import type { Settings } from './settings.ts'

export interface Shop {
  /** The database, or the transaction that is open. */
  readonly db: Kysely<Database>
  /** Unix ms by the database's clock; inside a transaction the one moment read at its start. */
  readonly now: () => number
  readonly database: Db
  readonly store: Store
  readonly mail: Mailer
  readonly log: Log
  readonly settings: Settings
}

/** A Shop inside a transaction: the same, with `db` and `now` of the transaction. */
export type Tx = Shop & { readonly db: Transaction<Database> }

/**
 * Runs `work` in one transaction, again from the start when it lost a race. The body touches only the database:
 * wake-ups and the like come after.
 */
export function transaction<T>(shop: Shop, work: (tx: Tx) => Promise<T>): Promise<T> {
  return shop.database.transaction((trx, now) => work({ ...shop, db: trx, now: () => now }))
}

/** The same, with what `first` reads at its start, asked for together with the moment: it must not need that. */
export function transactionWith<T, R>(
  shop: Shop,
  first: (db: Transaction<Database>) => Promise<R>,
  work: (tx: Tx, found: R) => Promise<T>,
): Promise<T> {
  return shop.database.transaction(
    (trx, now, found: R) => work({ ...shop, db: trx, now: () => now }, found),
    first,
  )
}
