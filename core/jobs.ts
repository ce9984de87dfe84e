/** Work that must happen after commit: written in the transaction that asks for it, leased by whoever does it. */
import { nanoid } from 'nanoid'
import { isDuplicate, statement } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import { shuffle } from './amount-choice.ts'
import { wakeOrder } from './order-state.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { JOB_KINDS, type JobKind } from './vocabulary.ts'

const LEASE_MS = 150_000

const AT_ONCE = 8

/** Thrown by a handler: trying again cannot help. */
export class HopelessJob extends Error {}

/** Thrown by a handler: trying again can help, but not so soon. */
export class LaterJob extends Error {
  readonly waitMs: number

  constructor(message: string, waitMs: number) {
    super(message)
    this.waitMs = waitMs
  }
}

/** Thrown by a handler: the program ends. The job is due as it was, for whoever comes next. */
export class InterruptedJob extends Error {}

export interface Failure {
  readonly error: string
  /** There is no further attempt. */
  readonly dead: boolean
  readonly cause: unknown
}

export interface JobHandler {
  /** Does the work; anything it throws counts as a failed attempt. */
  run(shop: Shop, job: JobRow): Promise<void>
  /** Gaps in ms before the first, second, … attempt; after the last the job is dead. */
  readonly scheduleMs: readonly number[]
  /** Longer than any one attempt may take, so that two processes never do the same job at once. */
  readonly leaseMs?: number
  /** In the transaction that says so: whoever dies before its commit did not finish the job. */
  onDone?(tx: Tx, job: JobRow): Promise<void>
  /** In the transaction that says so. */
  onFailure?(tx: Tx, job: JobRow, failure: Failure): Promise<void>
}

export type JobHandlers = Readonly<Record<JobKind, JobHandler>>

/** Idempotent by `key`. Inside the transaction whose outcome it belongs to. */
export async function enqueue(
  tx: Shop,
  job: {
    kind: JobKind
    key: string
    orderId?: string
    payload?: unknown
    delayMs?: number
    queue?: string
  },
): Promise<void> {
  try {
    await addJob.run(tx.db, {
      id: nanoid(),
      kind: job.kind,
      job_key: job.key,
      order_id: job.orderId ?? null,
      payload: JSON.stringify(job.payload ?? {}),
      attempts: 0,
      failures: 0,
      queue: job.queue ?? '',
      due_at: tx.now() + (job.delayMs ?? 0),
      leased_by: null,
      leased_until: 0,
      created_at: tx.now(),
      done_at: null,
      dead_at: null,
      last_error: null,
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

const addJob = statement((db, row: JobRow) => db.insertInto('jobs').values(row))

/** Runs what is due, a few jobs at a time, on every process at once. @returns how many it ran. */
export async function runDueJobs(
  shop: Shop,
  handlers: JobHandlers,
  kinds: readonly JobKind[] = JOB_KINDS,
): Promise<number> {
  const due = await shop.db
    .selectFrom('jobs')
    .selectAll()
    .where('kind', 'in', kinds)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .where('due_at', '<=', shop.now())
    .where('leased_until', '<', shop.now())
    .orderBy('due_at')
    .limit(64)
    .execute()
  const queue = shuffle(due)
  let ran = 0
  async function work(): Promise<void> {
    for (let seen = queue.pop(); seen; seen = queue.pop()) {
      const job = await leaseJob(shop, handlers[seen.kind], seen)
      if (!job) continue
      await runLeased(shop, handlers[job.kind], job)
      ran += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return ran
}

/** @returns the job as it is now the caller's; undefined when somebody else has it. */
export async function leaseJob(shop: Shop, handler: JobHandler, seen: JobRow): Promise<JobRow | undefined> {
  const lease = {
    leased_by: nanoid(),
    leased_until: shop.now() + (handler.leaseMs ?? LEASE_MS),
    attempts: seen.attempts + 1,
  }
  return (await takeLease(shop, seen, lease)) ? { ...seen, ...lease } : undefined
}

/** One attempt at a job that the caller has leased. */
export async function runLeased(shop: Shop, handler: JobHandler, job: JobRow): Promise<void> {
  try {
    await handler.run(shop, job)
  } catch (error) {
    if (error instanceof InterruptedJob) await finish(shop, job, {})
    else await noteFailure(shop, handler, job, error)
    return
  }
  const done = await transaction(shop, async (tx) => {
    const finished = await finish(tx, job, { done_at: tx.now(), dead_at: null, last_error: null })
    if (finished) await handler.onDone?.(tx, job)
    return finished
  })
  if (done) wakeOrderOf(shop, job)
}

async function takeLease(shop: Shop, job: JobRow, lease: Partial<JobRow>): Promise<boolean> {
  const { id, attempts } = job
  return (await takeJob.run(shop.db, { id, attempts, lease, now: shop.now() })) === 1
}

const takeJob = statement((db, the: { id: string; attempts: number; lease: Partial<JobRow>; now: number }) =>
  db
    .updateTable('jobs')
    .set(the.lease)
    .where('id', '=', the.id)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .where('attempts', '=', the.attempts)
    .where('leased_until', '<', the.now),
)

async function noteFailure(shop: Shop, handler: JobHandler, job: JobRow, cause: unknown): Promise<void> {
  const error = (cause instanceof Error ? cause.message : String(cause)).slice(0, 500)
  const failures = job.failures + 1
  const gap = handler.scheduleMs[failures]
  const dead = cause instanceof HopelessJob || gap === undefined
  const waitMs = Math.max(jitter(gap ?? 0), cause instanceof LaterJob ? cause.waitMs : 0)
  const noted = await transaction(shop, async (tx) => {
    const next = dead ? { dead_at: tx.now() } : { due_at: tx.now() + waitMs }
    const failed = await finish(tx, job, { ...next, failures, last_error: error })
    if (failed) await handler.onFailure?.(tx, job, { error, dead, cause })
    return failed
  })
  if (!noted) return
  shop.log.warn({ job: job.kind, attempts: job.attempts, dead, error }, 'job failed')
  wakeOrderOf(shop, job)
}

/** Spread by ±20 % so that what failed together does not come back together. */
function jitter(gapMs: number): number {
  return Math.round(gapMs * (0.8 + Math.random() * 0.4))
}

/** @returns false when the lease was over and the job is somebody else's. */
async function finish(shop: Shop, job: JobRow, set: Partial<JobRow>): Promise<boolean> {
  const { id, leased_by: leasedBy } = job
  return (
    (await giveBack.run(shop.db, { id, leasedBy, set: { ...set, leased_by: null, leased_until: 0 } })) === 1
  )
}

const giveBack = statement((db, the: { id: string; leasedBy: string | null; set: Partial<JobRow> }) =>
  db.updateTable('jobs').set(the.set).where('id', '=', the.id).where('leased_by', '=', the.leasedBy),
)

/** After commit: open pages of the order show what became of it. */
function wakeOrderOf(shop: Shop, { order_id: orderId }: JobRow): void {
  if (orderId !== null) wakeOrder(shop, orderId)
}
