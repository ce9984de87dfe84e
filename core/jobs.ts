/** Work that must happen after commit: written in the transaction that asks for it, leased by whoever does it. */
import { nanoid } from 'nanoid'
import { statement, unlessThere } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import { shuffle } from './amount-choice.ts'
import { finish, leaseJobs, type Alike } from './job-leases.ts'
import { wakeOrder } from './order-state.ts'
import { openPlaces } from './places.ts'
import type { Shop, Tx } from './shop.ts'
import { JOB_KINDS, type JobKind } from './vocabulary.ts'

const AT_ONCE = 8

const MOST_OF_A_LOOK = 64

const GATHER_MS = 20

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
  /**
   * In the transaction that says so: whoever dies before its commit did not finish the job. It touches nothing but the
   * database, because it may run for a job that turns out to be somebody else's, and then goes back.
   */
  onDone?(tx: Tx, job: JobRow): Promise<void>
  /** The same. */
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
  await addJob.runLater(tx.db, {
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
}

const addJob = statement((db, row: JobRow) => unlessThere(db, db.insertInto('jobs').values(row)))

/**
 * Runs what is due, a few jobs at a time, on every process at once. Free places are filled together: a statement leases
 * as many jobs as begin at that moment, and no more, so that no lease runs out while its job waits for another.
 *
 * @returns how many it ran.
 */
export async function runDueJobs(
  shop: Shop,
  handlers: JobHandlers,
  kinds: readonly JobKind[] = JOB_KINDS,
): Promise<number> {
  const queue = shuffle(await dueJobs.all(shop.db, { kinds, now: shop.now() }))
  const places = openPlaces(AT_ONCE, GATHER_MS)
  let ran = 0
  try {
    for (let seen = takeAlike(queue, AT_ONCE); seen; seen = takeAlike(queue, await places.free())) {
      const handler = handlers[seen[0].kind]
      const leased = await leaseJobs(shop, handler, seen)
      for (const job of leased) places.take(runLeased(shop, handler, job))
      ran += leased.length
    }
  } finally {
    await places.end()
  }
  return ran
}

const dueJobs = statement((db, the: { kinds: readonly JobKind[]; now: number }) =>
  db
    .selectFrom('jobs')
    .selectAll()
    .where('kind', 'in', the.kinds)
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .where('due_at', '<=', the.now)
    .where('leased_until', '<', the.now)
    .orderBy('due_at')
    .limit(MOST_OF_A_LOOK),
)

/** Takes out of the queue what one statement can lease. @returns undefined when the queue is empty. */
function takeAlike(queue: JobRow[], most: number): Alike | undefined {
  const first = queue.shift()
  if (!first) return undefined
  const isAlike = ({ kind, attempts }: JobRow) => kind === first.kind && attempts === first.attempts
  const others = queue.filter(isAlike).slice(0, most - 1)
  for (const job of others) queue.splice(queue.indexOf(job), 1)
  return [first, ...others]
}

/** One attempt at a job that the caller has leased. */
export async function runLeased(shop: Shop, handler: JobHandler, job: JobRow): Promise<void> {
  try {
    await handler.run(shop, job)
  } catch (error) {
    if (error instanceof InterruptedJob) await finish(shop, job, () => ({}))
    else await noteFailure(shop, handler, job, error)
    return
  }
  const isDone = (now: number) => ({ done_at: now, dead_at: null, last_error: null })
  const done = await finish(shop, job, isDone, async (tx) => handler.onDone?.(tx, job))
  if (done) wakeOrderOf(shop, job)
}

async function noteFailure(shop: Shop, handler: JobHandler, job: JobRow, cause: unknown): Promise<void> {
  const error = (cause instanceof Error ? cause.message : String(cause)).slice(0, 500)
  const failures = job.failures + 1
  const gap = handler.scheduleMs[failures]
  const dead = cause instanceof HopelessJob || gap === undefined
  const waitMs = Math.max(jitter(gap ?? 0), cause instanceof LaterJob ? cause.waitMs : 0)
  const failed = (now: number) => {
    const next = dead ? { dead_at: now } : { due_at: now + waitMs }
    return { ...next, failures, last_error: error }
  }
  const noted = await finish(shop, job, failed, async (tx) =>
    handler.onFailure?.(tx, job, { error, dead, cause }),
  )
  if (!noted) return
  const facts = { job: job.kind, id: job.id, attempts: job.attempts, error }
  if (dead) shop.log.error(facts, 'job failed and was given up')
  else shop.log.warn(facts, 'job failed')
  wakeOrderOf(shop, job)
}

/** Spread by ±20 % so that what failed together does not come back together. */
function jitter(gapMs: number): number {
  return Math.round(gapMs * (0.8 + Math.random() * 0.4))
}

/** After commit: open pages of the order show what became of it. */
function wakeOrderOf(shop: Shop, { order_id: orderId }: JobRow): void {
  if (orderId !== null) wakeOrder(shop, orderId)
}
