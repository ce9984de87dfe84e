/**
 * A row that says which process may do what only one should do at a time. Locks of the server itself do not hold
 * across the nodes of a cluster.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { isDuplicate } from './errors.ts'
import type { Db } from './index.ts'

type Leases = { schema_leases: { name: string; holder: string; held_until: number } }

/** A holder that stopped without a word is succeeded after this time. */
const LEASE_MS = 30_000
const RENEW_MS = 10_000
const ASK_AGAIN_MS = 250

const TABLE = `CREATE TABLE IF NOT EXISTS schema_leases (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  holder VARCHAR(36) NOT NULL,
  held_until BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */`

/** Waits for the lease as long as others renew it, does `work` under it and gives it back. */
export async function holdingLease(db: Db, name: string, work: () => Promise<void>): Promise<void> {
  const leases = db.kysely.withTables<Leases>()
  const holder = randomUUID()
  await db.transaction((trx) => sql.raw(TABLE).execute(trx))
  await ensureRow(leases, name)
  while (!(await take(db, name, holder))) await sleep(ASK_AGAIN_MS)
  const renewal = setInterval(() => void take(db, name, holder).catch(() => undefined), RENEW_MS)
  try {
    await work()
  } finally {
    clearInterval(renewal)
    const mine = leases.updateTable('schema_leases').set({ held_until: 0 }).where('name', '=', name)
    await mine.where('holder', '=', holder).execute()
  }
}

async function ensureRow(leases: Kysely<Leases>, name: string): Promise<void> {
  try {
    await leases.insertInto('schema_leases').values({ name, holder: '', held_until: 0 }).execute()
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

function take(db: Db, name: string, holder: string): Promise<boolean> {
  return db.transaction(async (trx, now) => {
    const { numUpdatedRows } = await trx
      .withTables<Leases>()
      .updateTable('schema_leases')
      .set({ holder, held_until: now + LEASE_MS })
      .where('name', '=', name)
      .where((row) => row.or([row('held_until', '<', now), row('holder', '=', holder)]))
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  })
}
