/** The seller's receiving codes: which amounts can be shown to a buyer, and with which code. */
import { createHash } from 'node:crypto'
import { nanoid } from 'nanoid'
import { isDuplicate } from '../com/db/index.ts'
import type { AccountRow, PayeeCodeRow } from '../sql/schema.ts'
import { amountPool } from './amount-choice.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { openAccounts } from './open-accounts.ts'
import { readReceivingCode } from './receiving-codes.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import type { Channel } from './vocabulary.ts'

/** An account with the codes that are switched on: what amounts it can show. */
export interface Till {
  readonly account: AccountRow
  readonly fixed: ReadonlyMap<number, PayeeCodeRow>
  readonly free: PayeeCodeRow | undefined
}

/**
 * The tills of the channels that the shop offers, as far as their accounts are open now.
 *
 * @param room cents that an account must still be able to take today.
 */
export async function listTills(shop: Shop, room = 1): Promise<Till[]> {
  return tillsOf(shop, await openAccounts(shop, await listOffered(shop), room))
}

/** As listTills, with the accounts that rest just now. */
export async function listAllTills(shop: Shop): Promise<Till[]> {
  return tillsOf(shop, await listOffered(shop))
}

async function listOffered(shop: Shop): Promise<AccountRow[]> {
  const offered = shop.settings.current.channels
  if (offered.length === 0) return []
  return shop.db
    .selectFrom('accounts')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .where('channel', 'in', offered)
    .orderBy('created_at')
    .execute()
}

async function tillsOf(shop: Shop, accounts: readonly AccountRow[]): Promise<Till[]> {
  if (accounts.length === 0) return []
  const codes = await shop.db
    .selectFrom('payee_codes')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .where(
      'account_id',
      'in',
      accounts.map((account) => account.id),
    )
    .orderBy('created_at')
    .execute()
  return accounts.map((account) => tillOf(account, codes))
}

function tillOf(account: AccountRow, codes: readonly PayeeCodeRow[]): Till {
  const own = codes.filter((code) => code.account_id === account.id)
  const fixed = new Map<number, PayeeCodeRow>()
  for (const code of own) if (code.amount_cents !== null) fixed.set(code.amount_cents, code)
  return { account, fixed, free: own.find((code) => code.amount_cents === null) }
}

/** The code that may be shown for an amount: one for exactly it, or one without an amount. Never another. */
export function codeFor(till: Till, amountCents: number): PayeeCodeRow | undefined {
  return till.fixed.get(amountCents) ?? till.free
}

/** The amounts of a price's pool that this till can show, from the price downwards. */
export function payableAmounts(till: Till, priceCents: number, depth: number): number[] {
  return amountPool(priceCents, depth).filter((amount) => codeFor(till, amount))
}

/** Channels on which a price can be paid at all. */
export function payableChannels(tills: readonly Till[], priceCents: number, depth: number): Channel[] {
  const payable = tills.filter((till) => payableAmounts(till, priceCents, depth).length > 0)
  return [...new Set(payable.map((till) => till.account.channel))]
}

export type CodeWithChannel = PayeeCodeRow & { readonly channel: Channel }

export async function listCodes(shop: Shop): Promise<CodeWithChannel[]> {
  return shop.db
    .selectFrom('payee_codes')
    .innerJoin('accounts', 'accounts.id', 'payee_codes.account_id')
    .selectAll('payee_codes')
    .select('accounts.channel')
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
  return transaction(shop, async (tx) => {
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
  let query = tx.db.selectFrom('accounts').selectAll().where('channel', '=', channel).orderBy('created_at')
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
  return getCode(shop, id)
}

/** Orders keep the payload that they show. */
export async function deleteCode(shop: Shop, id: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const { amount_cents, payload } = await getCode(tx, id)
    await tx.db.deleteFrom('payee_codes').where('id', '=', id).execute()
    await recordAudit(tx, actor, 'codes.delete', id, { amount_cents, payload }, null)
  })
}

async function getCode(shop: Shop, id: string): Promise<CodeWithChannel> {
  const code = (await listCodes(shop)).find((one) => one.id === id)
  return code ?? fail('not_found', { what: 'code' })
}

function payloadKey(comparable: string): string {
  return createHash('sha256').update(comparable).digest('hex')
}

const recent = new WeakMap<Shop['database'], { at: number; tills: Promise<Till[]> }>()

/** As listTills, up to a second old: for showing, never for claiming. */
export function listRecentTills(shop: Shop): Promise<Till[]> {
  const kept = recent.get(shop.database)
  if (kept && Math.abs(shop.now() - kept.at) < 1000) return kept.tills
  const tills = listTills(shop)
  recent.set(shop.database, { at: shop.now(), tills })
  tills.catch(() => recent.delete(shop.database))
  return tills
}
