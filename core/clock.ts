/** What happens by itself as time goes on. One beat at a time; whatever fails is tried again with the next. */
import type { Spool } from '../com/spool.ts'
import { isAway } from '../com/db/index.ts'
import { openCallbackLane } from './callback-lane.ts'
import { deliverWaiting } from './delivery.ts'
import { expireOrders, noteAlive } from './expiry.ts'
import { dropOldKeys } from './idempotency.ts'
import { runDueJobs, type JobHandlers } from './jobs.ts'
import { noteSilence } from './heartbeats.ts'
import { loadListeners } from './signers.ts'
import { loadRules } from './notification-rules.ts'
import { drainSpool } from './notices.ts'
import { dropOldCallbacks } from './old-callbacks.ts'
import type { Notice } from './payments.ts'
import { loadSettings } from './settings.ts'
import type { Shop } from './shop.ts'
import { dropOldSessions } from './sign-in.ts'
import { dropSpentSigns } from './spent-signs.ts'
import { forgetTills, SILENT_MS } from './tills.ts'
import { JOB_KINDS } from './vocabulary.ts'

const BEAT_MS = 1_000

/** Beats between the rarer works. */
const EVERY = {
  alive: 3,
  reload: 5,
  silence: 5,
  stock: 10,
  rules: 60,
  sessions: 600,
  keys: 300,
  callbacks: 600,
}

/** Callbacks are sent in a lane of their own. */
const SHOP_JOBS = JOB_KINDS.filter((kind) => kind !== 'callback')

export interface ShopClock {
  /** Stops the beat and waits for what is running; whoever stops it ends the calls to merchants' sites. */
  stop(): Promise<void>
}

export function startClock(shop: Shop, spool: Spool<Notice>, handlers: JobHandlers): ShopClock {
  let hearsSince = performance.now()
  let beats = 0
  let stopped = false
  let running: Promise<void> | undefined
  let again = false
  const callbacks = openCallbackLane(shop, handlers.callback, tell)
  const leave = shop.store.subscribe((topic) => {
    if (topic === 'jobs') runJobs()
    if (topic === 'settings') background(() => loadSettings(shop))
    if (topic === 'tills') forgetTills(shop)
    if (topic === 'listeners') background(() => loadListeners(shop))
    if (topic === 'rules') background(() => loadRules(shop))
  })
  const timer = setInterval(() => background(beat), BEAT_MS)
  let beating: Promise<void> | undefined

  async function beat(): Promise<void> {
    if (beating || stopped) return
    beating = works().finally(() => (beating = undefined))
    await beating
  }

  async function works(): Promise<void> {
    beats += 1
    const due = (every: number) => beats % every === 0
    if (spool.size() > 0) await drainSpool(shop, spool)
    await expireOrders(shop)
    runJobs()
    if (due(EVERY.alive)) await noteAlive(shop)
    if (due(EVERY.reload))
      await Promise.all([loadSettings(shop), loadListeners(shop), shop.database.readClock()])
    // While the till or its database was away no device could be heard.
    if (due(EVERY.silence) && performance.now() - hearsSince > SILENT_MS) await noteSilence(shop)
    if (due(EVERY.rules)) await Promise.all([loadRules(shop), dropSpentSigns(shop)])
    if (due(EVERY.stock)) await deliverWaiting(shop)
    if (due(EVERY.sessions)) await dropOldSessions(shop)
    if (due(EVERY.keys)) await dropOldKeys(shop)
    if (due(EVERY.callbacks)) await dropOldCallbacks(shop)
  }

  /** Beside the beat, so that a slow mail server never keeps orders from expiring; again when asked meanwhile. */
  function runJobs(): void {
    if (stopped) return
    callbacks.wake()
    again = true
    running ??= drainJobs().finally(() => (running = undefined))
  }

  async function drainJobs(): Promise<void> {
    while (again && !stopped) {
      again = false
      await runDueJobs(shop, handlers, SHOP_JOBS).catch(tell)
    }
  }

  function background(work: () => Promise<void>): void {
    work().catch(tell)
  }

  function tell(error: unknown): void {
    if (isAway(error)) {
      hearsSince = performance.now()
      shop.log.warn({ err: error }, 'the clock waits for the database')
    } else shop.log.error({ err: error }, 'the clock stumbled')
  }

  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      leave()
      await Promise.allSettled([beating, running, callbacks.stop()])
    },
  }
}
