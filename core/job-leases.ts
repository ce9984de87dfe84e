/** Whose a job is: one process has it for a while, and whoever lost it writes nothing any more. */
import { nanoid } from 'nanoid'
import { statement } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import { transaction, type Shop, type Tx } from './shop.ts'

const LEASE_MS = 150_000

/** The jobs of one lease: seen after as many attempts, so that one statement takes them all. */
export type Alike = readonly [JobRow, ...JobRow[]]

/** @returns those that are the caller's, as they are now; the others were somebody else's first. */
export async function leaseJobs(
  shop: Shop,
  { leaseMs = LEASE_MS }: { readonly leaseMs?: number },
  seen: Alike,
): Promise<readonly JobRow[]> {
  const [{ attempts }] = seen
  const ids = seen.map(({ id }) => id)
  const now = shop.now()
  const lease = { leased_by: nanoid(), leased_until: now + leaseMs, attempts: attempts + 1 }
  const taken = await takeJobs.run(shop.db, { ids, attempts, lease, now })
  const own = taken < seen.length ? await findOwn(shop, seen, lease.leased_by, taken) : seen
  return own.map((job) => ({ ...job, ...lease }))
}

/**
 * Found by the id alone, as `finish` finds them: the index of what is due would have their locks taken the other way
 * round, and two of these statements could wait for each other.
 */
const takeJobs = statement((db, { ids, attempts, lease, now }: Taking) =>
  db
    .updateTable('jobs')
    .set(lease)
    .where('id', 'in', ids)
    .where(({ fn }) => fn.coalesce('done_at', 'dead_at'), 'is', null)
    .where('attempts', '=', attempts)
    .where('leased_until', '<', now),
)

interface Taking {
  readonly ids: readonly string[]
  readonly attempts: number
  readonly lease: Partial<JobRow>
  readonly now: number
}

async function findOwn(shop: Shop, seen: Alike, leasedBy: string, count: number): Promise<readonly JobRow[]> {
  if (count === 0) return []
  const rows = await leasedJobs.all(shop.db, { ids: seen.map(({ id }) => id), leasedBy })
  const own = new Set(rows.map(({ id }) => id))
  return seen.filter(({ id }) => own.has(id))
}

const leasedJobs = statement((db, the: { ids: readonly string[]; leasedBy: string }) =>
  db.selectFrom('jobs').select('id').where('id', 'in', the.ids).where('leased_by', '=', the.leasedBy),
)

/**
 * Gives it back, in one transaction with `then`.
 *
 * @param set what becomes of it at that moment, Unix ms.
 * @param then may run before it is known that the job is still the caller's.
 * @returns false when the lease was over and the job is somebody else's: then nothing of this is kept.
 */
export async function finish(
  shop: Shop,
  { id, leased_by: leasedBy }: JobRow,
  set: (now: number) => Partial<JobRow>,
  then?: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  try {
    await transaction(shop, async (tx) => {
      const given = { ...set(tx.now()), leased_by: null, leased_until: 0 }
      await giveBack.mustRunLater(tx.db, { id, leasedBy, set: given }, () => new LostLease())
      await then?.(tx)
    })
    return true
  } catch (error) {
    if (error instanceof LostLease) return false
    throw error
  }
}

class LostLease extends Error {}

const giveBack = statement((db, the: { id: string; leasedBy: string | null; set: Partial<JobRow> }) =>
  db.updateTable('jobs').set(the.set).where('id', '=', the.id).where('leased_by', '=', the.leasedBy),
)
