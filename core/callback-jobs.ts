/** Sending callbacks: one attempt at a time, each on record with what was asked and answered. */
import { nanoid } from 'nanoid'
import type { CallbackAttemptRow, CallbackRow, JobRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import { CALLBACK_FORMS } from './callback-forms/index.ts'
import type { CallbackFacts, CallbackRequest } from './callback-forms/form.ts'
import { fail } from './errors.ts'
import { HopelessJob, type JobHandler } from './jobs.ts'
import { listSigningKeys } from './merchant-keys.ts'
import { getMerchant } from './merchants.ts'
import { listNotifySecrets, signingSecrets } from './notify-secrets.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import type { Shop } from './shop.ts'

export interface Answered {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** Calls the merchant's site. @throws Error with `tookMs` for no answer at all */
export type Call = (request: CallbackRequest) => Promise<Answered>

const KEPT = 4_096

export function callbackJob(scheduleMs: readonly number[], call: Call): JobHandler {
  return {
    scheduleMs,
    async run(shop, job) {
      const callback = await getCallback(shop, callbackIdOf(job))
      const form = CALLBACK_FORMS[callback.protocol]
      const request = form.write(await factsOf(shop, callback))
      const outcome = await attempt(call, request)
      await recordAttempt(shop, job, callback, request, outcome)
      if (outcome.answer === undefined) throw new Error(outcome.error)
      if (!form.isSuccess(outcome.answer)) throw new Error(`answered ${outcome.answer.status}`)
    },
    async onDone(shop, job) {
      await markCallback(shop, callbackIdOf(job), { delivered_at: shop.now(), dead_at: null })
      await tellOrder(shop, job, 'callback_done', {})
    },
    async onFailure(shop, job, error, dead) {
      await tellOrder(shop, job, dead ? 'callback_dead' : 'callback_failed', { error })
      if (!dead) return
      await markCallback(shop, callbackIdOf(job), { dead_at: shop.now() })
      await raiseAlert(shop, 'callback_dead', job.order_id ?? '', { callback: callbackIdOf(job), error })
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

async function factsOf(shop: Shop, callback: CallbackRow): Promise<CallbackFacts> {
  const merchant = await getMerchant(shop, callback.merchant_id)
  const orderId = callback.order_id ?? ''
  const order = await shop.db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirst()
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('order_id', '=', orderId)
    .executeTakeFirst()
  const keys =
    callback.protocol === 'v1'
      ? await webhookSecrets(shop, callback)
      : await md5Keys(shop, merchant.id, asked?.key_id ?? null)
  return { callback, order, asked, keys, method: merchant.callback_method, now: shop.now() }
}

/** The key that signed the request signs the answer to it, as long as it lives. */
async function md5Keys(shop: Shop, merchantId: string, keyId: string | null): Promise<string[]> {
  const keys = await listSigningKeys(shop, merchantId)
  const own = keys.filter((key) => key.id === keyId)
  return [...own, ...keys.filter((key) => key.id !== keyId)].map((key) => key.secret)
}

async function webhookSecrets(shop: Shop, callback: CallbackRow): Promise<string[]> {
  if (callback.endpoint_id === null) return listNotifySecrets(shop, callback)
  const endpoint = await shop.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('id', '=', callback.endpoint_id)
    .executeTakeFirst()
  if (!endpoint) throw new HopelessJob('the endpoint was removed')
  return signingSecrets(endpoint, shop.now())
}

interface Outcome {
  readonly answer?: Answered
  readonly error: string
  readonly tookMs: number
}

async function attempt(call: Call, request: CallbackRequest): Promise<Outcome> {
  try {
    const answer = await call(request)
    return { answer, error: '', tookMs: answer.tookMs }
  } catch (error) {
    const { message, tookMs = 0 } = error as Error & { tookMs?: number }
    return { error: message.slice(0, 200), tookMs }
  }
}

async function recordAttempt(
  shop: Shop,
  job: JobRow,
  callback: CallbackRow,
  request: CallbackRequest,
  { answer, error, tookMs }: Outcome,
): Promise<void> {
  const row: CallbackAttemptRow = {
    id: nanoid(),
    callback_id: callback.id,
    number: job.attempts,
    at: shop.now(),
    method: request.method,
    url: request.url,
    headers: JSON.stringify(request.headers),
    body: request.body,
    status: answer?.status ?? null,
    answer: (answer?.body ?? '').slice(0, KEPT),
    error,
    took_ms: Math.round(tookMs),
  }
  await shop.db.insertInto('callback_attempts').values(row).execute()
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
