/** Work that must happen after commit: written in the transaction that asks for it, leased by whoever does it. */
import { nanoid } from 'nanoid'
import { isDuplicate } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import { shuffle } from './amount-choice.ts'
import type { Shop } from './shop.ts'
import type { JobKind } from './vocabulary.ts'

/** Longer than any one attempt may take, so that two processes never do the same job at once. */
const LEASE_MS = 150_000

const AT_ONCE = 8

/** Thrown by a handler: trying again cannot help. */
export class HopelessJob extends Error {}

export interface JobHandler {
  /** Does the work; anything it throws counts as a failed attempt. */
  run(shop: Shop, job: JobRow): Promise<void>
  /** Gaps in ms before the first, second, … attempt; after the last the job is dead. */
  readonly scheduleMs: readonly number[]
  onDone?(shop: Shop, job: JobRow): Promise<void>
  onFailure?(shop: Shop, job: JobRow, error: string, dead: boolean): Promise<void>
}

export type JobHandlers = Readonly<Record<JobKind, JobHandler>>

/** Idempotent by `key`. Inside the transaction whose outcome it belongs to. */
export async function enqueue(
  tx: Shop,
  job: { kind: JobKind; key: string; orderId?: string; payload?: unknown; delayMs?: number },
): Promise<void> {
  try {
    await tx.db
      .insertInto('jobs')
      .values({
        id: nanoid(),
        kind: job.kind,
        job_key: job.key,
        order_id: job.orderId ?? null,
        payload: JSON.stringify(job.payload ?? {}),
        attempts: 0,
        due_at: tx.now() + (job.delayMs ?? 0),
        leased_by: null,
        leased_until: 0,
        created_at: tx.now(),
        done_at: null,
        dead_at: null,
        last_error: null,
      })
      .execute()
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

/** Runs what is due, a few jobs at a time, on every process at once. @returns how many it ran. */
export async function runDueJobs(shop: Shop, handlers: JobHandlers): Promise<number> {
  const due = await shop.db
    .selectFrom('jobs')
    .selectAll()
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
    for (let job = queue.pop(); job; job = queue.pop()) if (await runOne(shop, handlers, job)) ran += 1
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return ran
}

async function runOne(shop: Shop, handlers: JobHandlers, seen: JobRow): Promise<boolean> {
  const lease = nanoid()
  if (!(await takeLease(shop, seen, lease))) return false
  const job = { ...seen, attempts: seen.attempts + 1 }
  const handler = handlers[job.kind]
  try {
    await handler.run(shop, job)
  } catch (error) {
    await noteFailure(shop, handler, job, lease, error)
    return true
  }
  const finished = await finish(shop, job, lease, { done_at: shop.now(), last_error: null })
  if (finished) await handler.onDone?.(shop, job)
  return true
}

async function takeLease(shop: Shop, job: JobRow, lease: string): Promise<boolean> {
  const { numUpdatedRows } = await shop.db
    .updateTable('jobs')
    .set({ leased_by: lease, leased_until: shop.now() + LEASE_MS, attempts: job.attempts + 1 })
    .where('id', '=', job.id)
    .where('done_at', 'is', null)
    .where('attempts', '=', job.attempts)
    .where('leased_until', '<', shop.now())
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

async function noteFailure(
  shop: Shop,
  handler: JobHandler,
  job: JobRow,
  lease: string,
  cause: unknown,
): Promise<void> {
  const text = cause instanceof Error ? cause.message : String(cause)
  const gap = handler.scheduleMs[job.attempts]
  const dead = cause instanceof HopelessJob || gap === undefined
  const next = dead ? { dead_at: shop.now() } : { due_at: shop.now() + jitter(gap) }
  const last_error = text.slice(0, 500)
  if (!(await finish(shop, job, lease, { ...next, last_error }))) return
  shop.log.warn({ job: job.kind, attempts: job.attempts, dead, error: last_error }, 'job failed')
  await handler.onFailure?.(shop, job, last_error, dead)
}

/** Spread by ±20 % so that what failed together does not come back together. */
function jitter(gapMs: number): number {
  return Math.round(gapMs * (0.8 + Math.random() * 0.4))
}

async function finish(shop: Shop, job: JobRow, lease: string, set: Partial<JobRow>): Promise<boolean> {
  const { numUpdatedRows } = await shop.db
    .updateTable('jobs')
    .set({ ...set, leased_by: null, leased_until: 0 })
    .where('id', '=', job.id)
    .where('leased_by', '=', lease)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
