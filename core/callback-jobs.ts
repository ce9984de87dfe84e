/** Sending callbacks: one attempt at a time, by the schedule, until the site says that it has it. */
import type { CallbackRow, JobRow } from '../sql/schema.ts'
import { raiseAlertOnce } from './alerts.ts'
import { attemptCallback, type Call } from './callback-attempts.ts'
import { judge, saysGone } from './callback-verdict.ts'
import { fail } from './errors.ts'
import { HopelessJob, type Failure, type JobHandler } from './jobs.ts'
import { getMerchant } from './merchants.ts'
import { recordEvent } from './order-state.ts'
import type { Shop, Tx } from './shop.ts'
import { ENDPOINT_REMOVED, endWebhookEndpoint, findEndpoint } from './webhook-endpoints.ts'

/** A call takes 10 s at most; the rest is for a database that is slow to note what came of it. */
const LEASE_MS = 30_000

export function callbackJob(scheduleMs: readonly number[], call: Call): JobHandler {
  return {
    scheduleMs,
    leaseMs: LEASE_MS,
    async run(shop, job) {
      const callback = await getCallback(shop, callbackIdOf(job))
      await requireReceiver(shop, callback)
      judge(callback, await attemptCallback(shop, callback, job.attempts, call), shop.now())
    },
    async onDone(tx, job) {
      await markCallback(tx, callbackIdOf(job), { delivered_at: tx.now(), dead_at: null })
      await tellOrder(tx, job, 'callback_done', {})
    },
    async onFailure(tx, job, failure) {
      const { error, dead } = failure
      await tellOrder(tx, job, dead ? 'callback_dead' : 'callback_failed', { error })
      if (dead) await giveUp(tx, await getCallback(tx, callbackIdOf(job)), failure)
    },
  }
}

/** An endpoint that was switched off may be switched on again: what waits for it waits by the schedule. */
async function requireReceiver(shop: Shop, { endpoint_id: id }: CallbackRow): Promise<void> {
  if (id === null) return
  const endpoint = await findEndpoint(shop, id)
  if (!endpoint) throw new HopelessJob(ENDPOINT_REMOVED)
  if (endpoint.enabled_at === null) throw new Error('the endpoint is switched off')
}

export function callbackIdOf(job: JobRow): string {
  return (JSON.parse(job.payload) as { callbackId: string }).callbackId
}

/** @throws ShopError `not_found` */
export async function getCallback(shop: Shop, id: string): Promise<CallbackRow> {
  const row = await shop.db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'callback' })
}

async function markCallback(
  tx: Tx,
  id: string,
  set: Partial<Pick<CallbackRow, 'delivered_at' | 'dead_at'>>,
): Promise<void> {
  await tx.db.updateTable('callbacks').set(set).where('id', '=', id).execute()
}

async function tellOrder(
  tx: Tx,
  job: JobRow,
  kind: 'callback_done' | 'callback_failed' | 'callback_dead',
  detail: { error?: string },
): Promise<void> {
  if (job.order_id === null) return
  await recordEvent(tx, job.order_id, kind, 'clock', { attempts: job.attempts, ...detail })
}

async function giveUp(tx: Tx, callback: CallbackRow, { error, cause }: Failure): Promise<void> {
  await markCallback(tx, callback.id, { dead_at: tx.now() })
  const gone = saysGone(cause) && (await endWebhookEndpoint(tx, callback))
  if (gone) await alertDead(tx, callback, 'endpoint_gone', error)
  else if (!(await isExpected(tx, callback))) await alertDead(tx, callback, 'callback_dead', error)
}

/** Nobody need be told: its endpoint was taken away by hand, or the site has known before. */
async function isExpected(tx: Tx, callback: CallbackRow): Promise<boolean> {
  const { endpoint_id: endpointId } = callback
  if (endpointId !== null && !(await findEndpoint(tx, endpointId))?.enabled_at) return true
  if (callback.redelivery_of === null) return false
  const told = await tx.db
    .selectFrom('callbacks')
    .select('id')
    .where('delivered_at', 'is not', null)
    .where((where) =>
      where.or([
        where('id', '=', callback.redelivery_of),
        where('redelivery_of', '=', callback.redelivery_of),
      ]),
    )
    .executeTakeFirst()
  return told !== undefined
}

/**
 * One alert for each merchant whose callbacks died, and for each host of one that is gone, however many and wherever to: their log says the rest, and what
 * else the seller should know is not buried beneath a merchant's dead hosts. Test mode is the merchant's own.
 */
async function alertDead(
  tx: Tx,
  callback: CallbackRow,
  kind: 'callback_dead' | 'endpoint_gone',
  error: string,
): Promise<void> {
  const { id, host, order_id: order, merchant_id: merchantId, mode } = callback
  if (mode === 'test') return
  const { name, pid } = await getMerchant(tx, merchantId)
  const subject = kind === 'endpoint_gone' ? `${host} (${pid})` : `${name} (${pid})`
  await raiseAlertOnce(tx, kind, subject.slice(0, 254), { callback: id, host, order, error })
}
