/** One attempt to tell a merchant's site: written as its protocol says, and on record with what was answered. */
import { nanoid } from 'nanoid'
import type { CallbackAttemptRow, CallbackRow } from '../sql/schema.ts'
import { CALLBACK_FORMS } from './callback-forms/index.ts'
import type { CallbackFacts, CallbackRequest } from './callback-forms/form.ts'
import { HopelessJob } from './jobs.ts'
import { listSigningKeys } from './merchant-keys.ts'
import { getMerchant } from './merchants.ts'
import { listNotifySecrets, signingSecrets } from './notify-secrets.ts'
import type { Shop } from './shop.ts'

export interface Answered {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** Calls the merchant's site. @throws Error with `tookMs` for no answer at all */
export type Call = (request: CallbackRequest) => Promise<Answered>

const KEPT = 4_096

export interface Attempted {
  readonly attempt: CallbackAttemptRow
  /** The answer is what the protocol calls success. */
  readonly delivered: boolean
}

/** @throws HopelessJob when its endpoint was removed meanwhile */
export async function attemptCallback(
  shop: Shop,
  callback: CallbackRow,
  number: number,
  call: Call,
): Promise<Attempted> {
  const form = CALLBACK_FORMS[callback.protocol]
  const request = form.write(await factsOf(shop, callback))
  const outcome = await attempt(call, request)
  const row = attemptRow(shop, callback, number, request, outcome)
  await shop.db.insertInto('callback_attempts').values(row).execute()
  return { attempt: row, delivered: outcome.answer !== undefined && form.isSuccess(outcome.answer) }
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

function attemptRow(
  shop: Shop,
  callback: CallbackRow,
  number: number,
  request: CallbackRequest,
  { answer, error, tookMs }: Outcome,
): CallbackAttemptRow {
  return {
    id: nanoid(),
    callback_id: callback.id,
    number,
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
}
