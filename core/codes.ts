/** The seller's receiving codes. */
import { createHash } from 'node:crypto'
import { nanoid } from 'nanoid'
import { isDuplicate } from '../com/db/index.ts'
import type { AccountRow, PayeeCodeRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { readReceivingCode } from './receiving-codes.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { announceTills } from './tills.ts'
import type { Channel } from './vocabulary.ts'

export type CodeWithChannel = PayeeCodeRow & { readonly channel: Channel }

export async function listCodes(shop: Shop): Promise<CodeWithChannel[]> {
  return shop.db
    .selectFrom('payee_codes')
    .innerJoin('accounts', 'accounts.id', 'payee_codes.account_id')
    .selectAll('payee_codes')
    .select('accounts.channel')
    .where('accounts.test_at', 'is', null)
    .orderBy('accounts.channel')
    .orderBy('payee_codes.amount_cents', 'desc')
    .orderBy('payee_codes.created_at')
    .execute()
}

export async function isKnownPayload(shop: Shop, key: string): Promise<boolean> {
  const row = await shop.db
    .selectFrom('payee_codes')
    .select('id')
    .where('payload_key', '=', payloadKey(key))
    .executeTakeFirst()
  return row !== undefined
}

export interface NewCode {
  readonly payload: string
  /** Null: a free-amount code. */
  readonly amountCents: number | null
  /** The channel's first account when left out. */
  readonly accountId?: string | undefined
}

export interface AddedCodes {
  readonly added: CodeWithChannel[]
  readonly refused: { payload: string; reason: 'duplicate_code' | 'not_a_receiving_code' }[]
}

/** Adds what can be added and names the rest; all in one transaction. */
export async function addCodes(shop: Shop, codes: readonly NewCode[], actor: Actor): Promise<AddedCodes> {
  const result = await transaction(shop, async (tx) => {
    const result: AddedCodes = { added: [], refused: [] }
    for (const code of codes) {
      const outcome = await addCode(tx, code)
      if (typeof outcome === 'string') result.refused.push({ payload: code.payload, reason: outcome })
      else result.added.push(outcome)
    }
    const listed = result.added.map(({ id, amount_cents, payload }) => ({ id, amount_cents, payload }))
    await recordAudit(tx, actor, 'codes.add', `${listed.length}`, null, listed)
    return result
  })
  announceTills(shop)
  return result
}

async function addCode(
  tx: Tx,
  code: NewCode,
): Promise<CodeWithChannel | 'duplicate_code' | 'not_a_receiving_code'> {
  const reading = readReceivingCode(code.payload)
  if (!reading.ok) return 'not_a_receiving_code'
  const account = await accountFor(tx, reading.channel, code.accountId)
  const row: PayeeCodeRow = {
    id: nanoid(),
    account_id: account.id,
    amount_cents: code.amountCents,
    payload: reading.payload,
    payload_key: payloadKey(reading.key),
    enabled_at: tx.now(),
    verified_at: null,
    created_at: tx.now(),
  }
  if (await isKnownPayload(tx, reading.key)) return 'duplicate_code'
  try {
    await tx.db.insertInto('payee_codes').values(row).execute()
  } catch (error) {
    if (isDuplicate(error)) return 'duplicate_code'
    throw error
  }
  return { ...row, channel: reading.channel }
}

async function accountFor(tx: Tx, channel: Channel, accountId: string | undefined): Promise<AccountRow> {
  let query = tx.db
    .selectFrom('accounts')
    .selectAll()
    .where('channel', '=', channel)
    .where('test_at', 'is', null)
    .orderBy('created_at')
  if (accountId) query = query.where('id', '=', accountId)
  return (await query.executeTakeFirst()) ?? fail('not_found', { what: 'account' })
}

/** A code whose amount changes has to prove itself anew. */
export async function changeCode(
  shop: Shop,
  id: string,
  change: { amountCents: number | null; enabled: boolean },
  actor: Actor,
): Promise<CodeWithChannel> {
  await transaction(shop, async (tx) => {
    const before = await getCode(tx, id)
    await tx.db
      .updateTable('payee_codes')
      .set({
        amount_cents: change.amountCents,
        enabled_at: change.enabled ? (before.enabled_at ?? tx.now()) : null,
        ...(before.amount_cents !== change.amountCents && { verified_at: null }),
      })
      .where('id', '=', id)
      .execute()
    const was = { amountCents: before.amount_cents, enabled: before.enabled_at !== null }
    await recordAudit(tx, actor, 'codes.change', id, was, change)
  })
  announceTills(shop)
  return getCode(shop, id)
}

/** Orders keep the payload that they show. */
export async function deleteCode(shop: Shop, id: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const { amount_cents, payload } = await getCode(tx, id)
    await tx.db.deleteFrom('payee_codes').where('id', '=', id).execute()
    await recordAudit(tx, actor, 'codes.delete', id, { amount_cents, payload }, null)
  })
  announceTills(shop)
}

async function getCode(shop: Shop, id: string): Promise<CodeWithChannel> {
  const code = (await listCodes(shop)).find((one) => one.id === id)
  return code ?? fail('not_found', { what: 'code' })
}

function payloadKey(comparable: string): string {
  return createHash('sha256').update(comparable).digest('hex')
}
