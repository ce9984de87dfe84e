/** Whose a job is: one process has it for a while, and whoever lost it writes nothing any more. */
import { nanoid } from 'nanoid'
import { statement } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import type { Shop } from './shop.ts'

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

/** Gives it back. @returns false when the lease was over and the job is somebody else's. */
export async function finish(shop: Shop, job: JobRow, set: Partial<JobRow>): Promise<boolean> {
  const { id, leased_by: leasedBy } = job
  return (
    (await giveBack.run(shop.db, { id, leasedBy, set: { ...set, leased_by: null, leased_until: 0 } })) === 1
  )
}

const giveBack = statement((db, the: { id: string; leasedBy: string | null; set: Partial<JobRow> }) =>
  db.updateTable('jobs').set(the.set).where('id', '=', the.id).where('leased_by', '=', the.leasedBy),
)
