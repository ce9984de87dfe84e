/** Callbacks that are due, as the lane looks for them: by host, and by the merchant who has something to say there. */
import { sql } from 'kysely'
import { asNumber } from '../com/db/index.ts'
import type { CallbackAttemptRow, JobRow } from '../sql/schema.ts'
import { callbackIdOf } from './callback-jobs.ts'
import { leaseJobs } from './job-leases.ts'
import type { JobHandler } from './jobs.ts'
import type { Shop } from './shop.ts'

export const PER_HOST = 2

/** What one look lists. */
export const MOST_WAITING = 1_000

export interface Queue {
  readonly host: string
  readonly merchantId: string
}

export interface Waiting extends Queue {
  readonly count: number
}

/** What could begin now: nothing else is worth looking at. */
export interface Openings {
  /** To these hosts, whoever calls. */
  readonly hosts: readonly string[]
  /** To any other host, but for these merchants; undefined: to none. */
  readonly fullMerchants: readonly string[] | undefined
}

/** What is due and in nobody's hands, the longest-waiting first. */
export async function listWaiting(shop: Shop, { hosts, fullMerchants }: Openings): Promise<Waiting[]> {
  if (hosts.length === 0 && fullMerchants === undefined) return []
  let due = dueOfMerchants(shop).where('leased_until', '<', shop.now())
  if (fullMerchants?.length !== 0)
    due = due.where((where) => {
      const known = hosts.length > 0 ? [where('queue', 'in', hosts)] : []
      const others = fullMerchants ? [where('merchant_id', 'not in', fullMerchants)] : []
      return where.or([...known, ...others])
    })
  const rows = await due
    .select((from) => ['queue', 'merchant_id', from.fn.countAll().as('count')])
    .groupBy(['queue', 'merchant_id'])
    .orderBy((from) => from.fn.min('due_at'))
    .limit(MOST_WAITING)
    .execute()
  return rows.map((row) => ({
    host: row.queue,
    merchantId: row.merchant_id,
    count: asNumber(row.count),
  }))
}

/** @returns undefined when the host's places are taken, here or elsewhere, or somebody was first. */
export async function leaseNext(
  shop: Shop,
  handler: JobHandler,
  { host, merchantId }: Queue,
): Promise<JobRow | undefined> {
  const { count } = await dueJobs(shop)
    .where('queue', '=', host)
    .where('leased_until', '>=', shop.now())
    .select((from) => from.fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  if (asNumber(count) >= PER_HOST) return undefined
  const next = await dueOfMerchants(shop)
    .where('queue', '=', host)
    .where('merchant_id', '=', merchantId)
    .where('leased_until', '<', shop.now())
    .selectAll('jobs')
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return next && (await leaseJobs(shop, handler, [next]))[0]
}

/** What came of it; undefined when no call was made. */
export async function findAttemptOf(
  shop: Shop,
  job: JobRow,
): Promise<Pick<CallbackAttemptRow, 'status' | 'took_ms'> | undefined> {
  return shop.db
    .selectFrom('callback_attempts')
    .select(['status', 'took_ms'])
    .where('callback_id', '=', callbackIdOf(job))
    .where('number', '=', job.attempts)
    .executeTakeFirst()
}

function dueJobs(shop: Shop) {
  return shop.db
    .selectFrom('jobs')
    .where('kind', '=', 'callback')
    .where('done_at', 'is', null)
    .where('jobs.dead_at', 'is', null)
    .where('due_at', '<=', shop.now())
}

/** A job's key is `callback:` and the callback's id. */
function dueOfMerchants(shop: Shop) {
  return dueJobs(shop).innerJoin('callbacks', (join) =>
    join.on('callbacks.id', '=', sql<string>`substr(jobs.job_key, 10)`),
  )
}
