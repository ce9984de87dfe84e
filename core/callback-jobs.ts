/** Sending callbacks: one attempt at a time, by the schedule, until the site says that it has it. */
import type { CallbackRow, JobRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import { attemptCallback, type Call } from './callback-attempts.ts'
import { fail } from './errors.ts'
import type { JobHandler } from './jobs.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import type { Shop } from './shop.ts'

export function callbackJob(scheduleMs: readonly number[], call: Call): JobHandler {
  return {
    scheduleMs,
    async run(shop, job) {
      const callback = await getCallback(shop, callbackIdOf(job))
      const { attempt, delivered } = await attemptCallback(shop, callback, job.attempts, call)
      if (!delivered) throw new Error(attempt.status === null ? attempt.error : `answered ${attempt.status}`)
    },
    async onDone(shop, job) {
      await markCallback(shop, callbackIdOf(job), { delivered_at: shop.now(), dead_at: null })
      await tellOrder(shop, job, 'callback_done', {})
    },
    async onFailure(shop, job, error, dead) {
      await tellOrder(shop, job, dead ? 'callback_dead' : 'callback_failed', { error })
      if (!dead) return
      const { id, mode } = await getCallback(shop, callbackIdOf(job))
      await markCallback(shop, id, { dead_at: shop.now() })
      if (mode === 'live')
        await raiseAlert(shop, 'callback_dead', job.order_id ?? '', { callback: id, error })
    },
  }
}

function callbackIdOf(job: JobRow): string {
  return (JSON.parse(job.payload) as { callbackId: string }).callbackId
}

/** @throws ShopError `not_found` */
export async function getCallback(shop: Shop, id: string): Promise<CallbackRow> {
  const row = await shop.db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'callback' })
}

async function markCallback(
  shop: Shop,
  id: string,
  set: Partial<Pick<CallbackRow, 'delivered_at' | 'dead_at'>>,
): Promise<void> {
  await shop.db.updateTable('callbacks').set(set).where('id', '=', id).execute()
}

async function tellOrder(
  shop: Shop,
  job: JobRow,
  kind: 'callback_done' | 'callback_failed' | 'callback_dead',
  detail: { error?: string },
): Promise<void> {
  if (job.order_id === null) return
  await recordEvent(shop, job.order_id, kind, 'clock', { attempts: job.attempts, ...detail })
  wakeOrder(shop, job.order_id)
}
