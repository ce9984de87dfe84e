/** The one statement that the two engines spell differently. */
import { MysqlAdapter } from 'kysely'
import type { InsertQueryBuilder, InsertResult, Kysely } from 'kysely'
import type { Database } from '../../sql/schema.ts'

/** Every table that has such rows. */
type WithId = { [T in keyof Database]: 'id' extends keyof Database[T] ? T : never }[keyof Database]

/** A row whose key is taken already is not written, and nothing fails. */
export function unlessThere<T extends WithId>(
  db: Kysely<Database>,
  insert: InsertQueryBuilder<Database, T, InsertResult>,
): InsertQueryBuilder<Database, T, InsertResult> {
  if (!(db.getExecutor().adapter instanceof MysqlAdapter)) return insert.onConflict((row) => row.doNothing())
  // INSERT IGNORE would let other errors pass as well.
  return insert.onDuplicateKeyUpdate((row) => ({ id: row.ref('id' as never) }) as never)
}
