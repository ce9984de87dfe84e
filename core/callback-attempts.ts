/** One attempt to tell a merchant's site: written as its protocol says, and on record with what was answered. */
import { nanoid } from 'nanoid'
import type { CallbackAttemptRow, CallbackRow } from '../sql/schema.ts'
import { readCallbackFacts } from './callback-facts.ts'
import { CALLBACK_FORMS } from './callback-forms/index.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import type { Shop } from './shop.ts'

export interface Answered {
  readonly status: number
  /** By names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly tookMs: number
}

/** Calls the merchant's site. @throws Error with `tookMs` for no answer at all; see CallError of com/http.ts */
export type Call = (request: CallbackRequest) => Promise<Answered>

const KEPT = 4_096

export interface Attempted {
  readonly attempt: CallbackAttemptRow
  readonly answer?: Answered | undefined
  /** Why there is no answer. */
  readonly cause?: unknown
  /** The answer is what the protocol calls success. */
  readonly delivered: boolean
}

/**
 * The row is written by itself: what the site has heard is on record even when nothing can be concluded from it any
 * more.
 *
 * @param number the job's count of leases: an attempt of a process that died on the way has a number and no row.
 * @throws HopelessJob when its endpoint was removed meanwhile; Error when there is no key to sign with
 */
export async function attemptCallback(
  shop: Shop,
  callback: CallbackRow,
  number: number,
  call: Call,
): Promise<Attempted> {
  const form = CALLBACK_FORMS[callback.protocol]
  const request = form.write(await readCallbackFacts(shop, callback, number))
  const outcome = await attempt(call, request)
  const row = attemptRow(shop, callback, number, request, outcome)
  await shop.db.insertInto('callback_attempts').values(row).execute()
  const { answer, cause } = outcome
  return { attempt: row, answer, cause, delivered: answer !== undefined && form.isSuccess(answer) }
}

interface Outcome {
  readonly answer?: Answered
  readonly cause?: unknown
  readonly error: string
  readonly tookMs: number
}

async function attempt(call: Call, request: CallbackRequest): Promise<Outcome> {
  try {
    const answer = await call(request)
    return { answer, error: '', tookMs: answer.tookMs }
  } catch (cause) {
    const { message, tookMs = 0 } = cause as Error & { tookMs?: number }
    return { cause, error: message.slice(0, 200), tookMs }
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
