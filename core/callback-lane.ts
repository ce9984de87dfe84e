/**
 * Sends callbacks as they come due, beside all other work: few at a time to one host, and never all places to hosts
 * that keep us waiting, so that a slow or dead site delays nobody but itself. What a host has under way is counted in
 * the database, so that several processes share its places; two that look in the same moment, without Redis to order
 * them, may exceed them by one.
 */
import { asNumber } from '../com/db/index.ts'
import type { JobRow } from '../sql/schema.ts'
import { leaseJob, runLeased, type JobHandler } from './jobs.ts'
import type { Shop } from './shop.ts'

export const PER_HOST = 2

/** Places in all, of one process. */
export const AT_ONCE = 32

/** Places for hosts of which nobody knows yet, or whose last answer took its time. */
const FOR_OTHERS = 16

const QUICK_MS = 3_000

/** Hosts whose last answer is remembered, and hosts that are looked at together. */
const MOST_HOSTS = 1_000

export interface CallbackLane {
  /** Sends what is due; goes on by itself until nothing is. */
  wake(): void
  /** Nothing new begins. Waits for what is under way: end the calls themselves as well. */
  stop(): Promise<void>
}

/** @param tell about what went wrong while looking or noting; the next wake tries again. */
export function openCallbackLane(
  shop: Shop,
  handler: JobHandler,
  tell: (error: unknown) => void,
): CallbackLane {
  const underWay = new Map<Promise<void>, { readonly host: string; readonly isQuick: boolean }>()
  const quick = new Set<string>()
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  function wake(): void {
    if (stopped) return
    again = true
    looking ??= look().finally(() => (looking = undefined))
  }

  async function look(): Promise<void> {
    while (again && !stopped) {
      again = false
      await listWaiting(shop).then(startSome, tell)
    }
  }

  /** One for each host before a second for any. */
  function startSome(waiting: readonly Waiting[]): void {
    const left = new Map(waiting.map(({ host, count }) => [host, count]))
    for (let turn = 1; turn <= PER_HOST && !stopped; turn += 1)
      for (const [host, count] of left) {
        if (count === 0 || countAt(host) >= turn || !hasPlace(host)) continue
        left.set(host, count - 1)
        start(host)
      }
  }

  function countAt(host: string): number {
    return [...underWay.values()].filter((one) => one.host === host).length
  }

  function hasPlace(host: string): boolean {
    const others = [...underWay.values()].filter(({ isQuick }) => !isQuick).length
    return underWay.size < AT_ONCE && (quick.has(host) || others < FOR_OTHERS)
  }

  function start(host: string): void {
    const work = sendNext(host)
      .catch(tell)
      .then((sent) => {
        underWay.delete(work)
        if (sent) wake()
      })
    underWay.set(work, { host, isQuick: quick.has(host) })
  }

  /** @returns false when another process was first, or has the host's places. */
  async function sendNext(host: string): Promise<boolean> {
    const job = await shop.store.withLocks([`callbacks:${host}`], () => leaseNext(shop, handler, host))
    if (!job) return false
    const begun = performance.now()
    await runLeased(shop, handler, job)
    remember(host, performance.now() - begun < QUICK_MS)
    return true
  }

  function remember(host: string, wasQuick: boolean): void {
    quick.delete(host)
    if (!wasQuick) return
    quick.add(host)
    const [oldest] = quick
    if (quick.size > MOST_HOSTS && oldest !== undefined) quick.delete(oldest)
  }

  return {
    wake,
    async stop() {
      stopped = true
      await Promise.all([looking, ...underWay.keys()])
    },
  }
}

interface Waiting {
  readonly host: string
  readonly count: number
}

/** Hosts with callbacks that are due and in nobody's hands, the longest-waiting first. */
async function listWaiting(shop: Shop): Promise<Waiting[]> {
  const rows = await dueJobs(shop)
    .where('leased_until', '<', shop.now())
    .select((from) => ['queue', from.fn.countAll().as('count')])
    .groupBy('queue')
    .orderBy((from) => from.fn.min('due_at'))
    .limit(MOST_HOSTS)
    .execute()
  return rows.map((row) => ({ host: row.queue, count: asNumber(row.count) }))
}

async function leaseNext(shop: Shop, handler: JobHandler, host: string): Promise<JobRow | undefined> {
  const ofHost = dueJobs(shop).where('queue', '=', host)
  const { count } = await ofHost
    .where('leased_until', '>=', shop.now())
    .select((from) => from.fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  if (asNumber(count) >= PER_HOST) return undefined
  const next = await ofHost
    .where('leased_until', '<', shop.now())
    .selectAll()
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return next && leaseJob(shop, handler, next)
}

function dueJobs(shop: Shop) {
  return shop.db
    .selectFrom('jobs')
    .where('kind', '=', 'callback')
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .where('due_at', '<=', shop.now())
}
