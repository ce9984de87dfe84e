/** Payee accounts: the seller's wallets, one or more on each channel, each within its own bounds. */
import { nanoid } from 'nanoid'
import type { AccountRow } from '../sql/schema.ts'
import { ALIPAY_USER_ID } from './amount-link.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { announceTills } from './tills.ts'
import { CHANNELS, type Channel } from './vocabulary.ts'

type Options = Pick<AccountRow, 'daily_cap_cents' | 'quiet_from' | 'quiet_to' | 'alipay_user_id'>

const PLAIN: Options = { daily_cap_cents: null, quiet_from: null, quiet_to: null, alipay_user_id: null }

/** The seller's own; the wallets of test orders are not among them. */
export async function listAccounts(shop: Shop): Promise<AccountRow[]> {
  return shop.db
    .selectFrom('accounts')
    .selectAll()
    .where('test_at', 'is', null)
    .orderBy('channel')
    .orderBy('created_at')
    .execute()
}

/** Makes sure that each channel has an account. Run by one process at a time, in a transaction. */
export async function seedAccounts(tx: Tx): Promise<AccountRow[]> {
  const accounts = await listAccounts(tx)
  for (const channel of CHANNELS) {
    if (accounts.some((account) => account.channel === channel)) continue
    const account: AccountRow = {
      id: nanoid(),
      channel,
      name: channel === 'wechat' ? '微信' : '支付宝',
      enabled_at: tx.now(),
      created_at: tx.now(),
      test_at: null,
      ...PLAIN,
    }
    await tx.db.insertInto('accounts').values(account).execute()
    accounts.push(account)
  }
  return accounts
}

export interface AccountInput {
  readonly name: string
  readonly enabled: boolean
  /** The most that its orders of one day may come to; null is no cap, left out stays as it is. */
  readonly dailyCapCents?: number | null | undefined
  /** Minutes of the day in the shop's zone, over midnight when `from` is later; null is never. */
  readonly quiet?: { readonly from: number; readonly to: number } | null | undefined
  /** Payee of links that carry the amount, Alipay only; null offers none. */
  readonly alipayUserId?: string | null | undefined
}

export async function addAccount(
  shop: Shop,
  channel: Channel,
  input: AccountInput,
  actor: Actor,
): Promise<AccountRow> {
  checkLink(channel, input)
  const added = await transaction(shop, async (tx) => {
    const row: AccountRow = {
      id: nanoid(),
      channel,
      created_at: tx.now(),
      test_at: null,
      ...columnsOf(input, { ...PLAIN, enabled_at: null }, tx.now()),
    }
    await tx.db.insertInto('accounts').values(row).execute()
    await recordAudit(tx, actor, 'accounts.add', row.id, null, { channel, ...input })
    return row
  })
  announceTills(shop)
  return added
}

export async function changeAccount(
  shop: Shop,
  id: string,
  input: AccountInput,
  actor: Actor,
): Promise<AccountRow> {
  const changed = await transaction(shop, async (tx) => {
    const before = await getAccount(tx, id)
    checkLink(before.channel, input)
    const columns = columnsOf(input, before, tx.now())
    await tx.db.updateTable('accounts').set(columns).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'accounts.change', id, before, input)
    return { ...before, ...columns }
  })
  announceTills(shop)
  return changed
}

/** @throws ShopError `bad_input` */
function checkLink(channel: Channel, { alipayUserId }: AccountInput): void {
  const fits = channel === 'alipay' && ALIPAY_USER_ID.test(alipayUserId ?? '')
  if (alipayUserId && !fits) fail('bad_input', { field: 'alipayUserId' })
}

function columnsOf(input: AccountInput, before: Options & { enabled_at: number | null }, now: number) {
  const { quiet } = input
  return {
    name: input.name,
    enabled_at: input.enabled ? (before.enabled_at ?? now) : null,
    daily_cap_cents: input.dailyCapCents === undefined ? before.daily_cap_cents : input.dailyCapCents,
    quiet_from: quiet === undefined ? before.quiet_from : (quiet?.from ?? null),
    quiet_to: quiet === undefined ? before.quiet_to : (quiet?.to ?? null),
    alipay_user_id: input.alipayUserId === undefined ? before.alipay_user_id : input.alipayUserId,
  }
}

async function getAccount(shop: Shop, id: string): Promise<AccountRow> {
  const row = (await listAccounts(shop)).find((account) => account.id === id)
  return row ?? fail('not_found', { what: 'account' })
}
