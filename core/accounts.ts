/** Payee accounts: the seller's wallets, one or more on each channel. */
import { nanoid } from 'nanoid'
import type { AccountRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { CHANNELS } from './vocabulary.ts'

export async function listAccounts(shop: Shop): Promise<AccountRow[]> {
  return shop.db.selectFrom('accounts').selectAll().orderBy('channel').orderBy('created_at').execute()
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
    }
    await tx.db.insertInto('accounts').values(account).execute()
    accounts.push(account)
  }
  return accounts
}

export async function changeAccount(
  shop: Shop,
  id: string,
  change: { name: string; enabled: boolean },
  actor: Actor,
): Promise<AccountRow> {
  return transaction(shop, async (tx) => {
    const before = await getAccount(tx, id)
    const enabled_at = change.enabled ? (before.enabled_at ?? tx.now()) : null
    await tx.db.updateTable('accounts').set({ name: change.name, enabled_at }).where('id', '=', id).execute()
    const was = { name: before.name, enabled: before.enabled_at !== null }
    await recordAudit(tx, actor, 'accounts.change', id, was, change)
    return { ...before, name: change.name, enabled_at }
  })
}

async function getAccount(shop: Shop, id: string): Promise<AccountRow> {
  const row = await shop.db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'account' })
}
