/**
 * A request with a key of the caller's own is carried out once: the first answer is kept and given again. Whoever
 * inserts the key's row carries the request out; a row that a crash left open is taken over after a while.
 */
import { isDuplicate } from '../com/db/index.ts'
import { hashToken } from '../com/tokens.ts'
import type { IdempotencyKeyRow } from '../sql/schema.ts'
import { fail } from './errors.ts'
import type { Shop } from './shop.ts'
import type { Mode } from './vocabulary.ts'

/** How long an answer is given again. */
const KEPT_MS = 24 * 3_600_000

/** Longer than any request takes: whoever has not answered by then never will. */
const UNDER_WAY_MS = 60_000

/** When to ask again while the first request is under way. */
const BUSY_S = 2

export interface KeyedRequest {
  readonly merchantId: string
  readonly mode: Mode
  /** As the caller sent it. */
  readonly key: string
  /** Equal for equal requests, and for no others. */
  readonly content: string
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/**
 * @param work carries the request out. When it throws nothing is kept, and the key is free again: what has done
 * nothing may be asked for again.
 * @throws ShopError `idempotency_mismatch` for a key of another request, `idempotency_busy` while the first is under way
 */
export async function answerOnce(
  shop: Shop,
  request: KeyedRequest,
  work: () => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  const row = await claimKey(shop, request)
  if (row.status !== null) return { status: row.status, body: row.body, replayed: true }
  const answer = await work().catch(async (error: unknown) => {
    await ofClaim(shop.db.deleteFrom('idempotency_keys'), row).execute()
    throw error
  })
  // When only this fails the key stays taken: the work is done, and must not be done again at once.
  await ofClaim(shop.db.updateTable('idempotency_keys').set({ ...answer }), row).execute()
  return { ...answer, replayed: false }
}

/** @returns the caller's own row, to be answered, or the answered one. */
async function claimKey(shop: Shop, request: KeyedRequest): Promise<IdempotencyKeyRow> {
  const row: IdempotencyKeyRow = {
    key_hash: hashToken(JSON.stringify([request.merchantId, request.mode, request.key])),
    request_hash: hashToken(request.content),
    status: null,
    body: '',
    created_at: shop.now(),
  }
  try {
    await shop.db.insertInto('idempotency_keys').values(row).execute()
    return row
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const known = await findKey(shop, row.key_hash)
  if (!known) return fail('idempotency_busy', { retryInSeconds: BUSY_S }) // it was set free a moment ago
  if (known.request_hash !== row.request_hash) fail('idempotency_mismatch', { field: 'Idempotency-Key' })
  return known.status === null ? takeOver(shop, known) : known
}

async function findKey(shop: Shop, keyHash: string): Promise<IdempotencyKeyRow | undefined> {
  return shop.db.selectFrom('idempotency_keys').selectAll().where('key_hash', '=', keyHash).executeTakeFirst()
}

/** The time of a claim names its holder: whoever moves it on has the row. */
async function takeOver(shop: Shop, known: IdempotencyKeyRow): Promise<IdempotencyKeyRow> {
  const now = shop.now()
  if (now - known.created_at < UNDER_WAY_MS) fail('idempotency_busy', { retryInSeconds: BUSY_S })
  const { numUpdatedRows } = await ofClaim(
    shop.db.updateTable('idempotency_keys').set({ created_at: now }),
    known,
  ).executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
    ? { ...known, created_at: now }
    : fail('idempotency_busy', { retryInSeconds: BUSY_S })
}

interface Narrowed<Q> {
  where(column: 'key_hash' | 'created_at', operator: '=', value: string | number): Q
  where(column: 'status', operator: 'is', value: null): Q
}

function ofClaim<Q extends Narrowed<Q>>(query: Q, { key_hash: key, created_at: at }: IdempotencyKeyRow): Q {
  return query.where('key_hash', '=', key).where('created_at', '=', at).where('status', 'is', null)
}

/** Keys whose answers are given no more. */
export async function dropOldKeys(shop: Shop): Promise<void> {
  await shop.db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', shop.now() - KEPT_MS)
    .execute()
}
