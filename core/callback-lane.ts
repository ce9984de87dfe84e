/**
 * Sends callbacks as they come due, beside all other work: few at a time to one host, and half of the places never to
 * hosts that keep us waiting, so that a slow or dead site delays none that is known to answer. Of the other half, where
 * also those stand of which nobody knows yet, one merchant has a few at most and all have their turn: whoever names
 * hundreds of dead addresses delays nobody but themselves. What a host has under way is counted in the database, so
 * that several processes share its places; two that look in the same moment, without Redis to order them, may exceed
 * them by one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  findAttemptOf,
  leaseNext,
  listWaiting,
  MOST_WAITING,
  PER_HOST,
  type Openings,
  type Queue,
  type Waiting,
} from './callback-queue.ts'
import { runLeased, type JobHandler } from './jobs.ts'
import type { Shop } from './shop.ts'

/** Places in all, of one process. */
export const AT_ONCE = 32

/** Places for hosts of which nobody knows yet, or whose last answer took its time. */
export const FOR_OTHERS = 16

/** How many of these one merchant has at most. */
export const PER_MERCHANT = 4

const QUICK_MS = 3_000

/** Hosts whose last answer is remembered. */
const MOST_HOSTS = 1_000

/** After a look the database is left alone for so many times as long as it took, but never long. */
const REST = 4
const MOST_REST_MS = 100

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
  const underWay = new Map<Promise<void>, Queue & { readonly isQuick: boolean }>()
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
      const begun = performance.now()
      await listWaiting(shop, openings()).then(startSome).catch(tell)
      await sleep(Math.min(MOST_REST_MS, REST * (performance.now() - begun)))
    }
  }

  /**
   * Share by share: one of the places for others for each merchant before a second for any. Within a share turn by turn:
   * one for each host before a second for any. A quick host is bound by turns alone, and has both in the first share.
   */
  function startSome(waiting: readonly Waiting[]): void {
    const left = new Map(waiting.map((one) => [one, one.count]))
    let started = 0
    for (let share = 1; share <= PER_MERCHANT; share += 1)
      for (let turn = 1; turn <= PER_HOST; turn += 1)
        for (const [one, count] of left) {
          if (stopped || underWay.size >= AT_ONCE) return
          if (count === 0 || countAt(one.host) >= turn || !hasPlace(one, share)) continue
          left.set(one, count - 1)
          start(one)
          started += 1
        }
    // The next look leaves out whoever is full by now, and sees what was behind them.
    if (waiting.length === MOST_WAITING && started > 0) again = true
  }

  function countAt(host: string): number {
    return [...underWay.values()].filter((one) => one.host === host).length
  }

  function listOthers(): Queue[] {
    return [...underWay.values()].filter(({ isQuick }) => !isQuick)
  }

  function hasPlace({ host, merchantId }: Queue, share: number): boolean {
    if (quick.has(host)) return true
    const others = listOthers()
    return others.length < FOR_OTHERS && countOf(others, merchantId) < share
  }

  function openings(): Openings {
    const others = listOthers()
    const merchants = [...new Set(others.map(({ merchantId }) => merchantId))]
    const full = merchants.filter((one) => countOf(others, one) >= PER_MERCHANT)
    return { hosts: [...quick], fullMerchants: others.length < FOR_OTHERS ? full : undefined }
  }

  function start({ host, merchantId }: Queue): void {
    const work = sendNext({ host, merchantId })
      .catch(tell)
      .then((sent) => {
        underWay.delete(work)
        if (sent) wake()
      })
    underWay.set(work, { host, merchantId, isQuick: quick.has(host) })
  }

  /** @returns false when another process was first, or has the host's places. */
  async function sendNext(queue: Queue): Promise<boolean> {
    const job = await shop.store.withLocks([`callbacks:${queue.host}`], () => leaseNext(shop, handler, queue))
    if (!job) return false
    await runLeased(shop, handler, job)
    const made = await findAttemptOf(shop, job)
    if (made) remember(queue.host, made.status !== null && made.took_ms < QUICK_MS)
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

function countOf(queues: readonly Queue[], merchantId: string): number {
  return queues.filter((one) => one.merchantId === merchantId).length
}
