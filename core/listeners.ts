/** Listener devices: the seller's phones, each with a secret of its own, and the accounts they report for. */
import { nanoid } from 'nanoid'
import { randomToken } from '../com/tokens.ts'
import type { AccountRow, ListenerRow } from '../sql/schema.ts'
import { listAccounts } from './accounts.ts'
import { raiseAlert } from './alerts.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { loadListeners } from './signers.ts'
import { announceTills } from './tills.ts'
import type { Channel } from './vocabulary.ts'

export type ListenerWithAccounts = ListenerRow & { readonly accountIds: string[] }

export async function listListeners(shop: Shop): Promise<ListenerWithAccounts[]> {
  const rows = await shop.db.selectFrom('listeners').selectAll().orderBy('created_at').orderBy('id').execute()
  const links = await shop.db.selectFrom('listener_accounts').selectAll().orderBy('channel').execute()
  return rows.map((row) => ({
    ...row,
    accountIds: links.filter((link) => link.listener_id === row.id).map((link) => link.account_id),
  }))
}

/** @throws ShopError `not_found` */
export async function getListener(shop: Shop, id: string): Promise<ListenerRow> {
  const row = await shop.db.selectFrom('listeners').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'listener' })
}

/**
 * Makes sure that there is a first device for all channels, and that it has the secret of the environment where
 * that sets one. In a transaction, by one process at a time.
 */
export async function seedListener(
  tx: Tx,
  accounts: readonly AccountRow[],
  secret: string | undefined,
): Promise<void> {
  const [first] = await listListeners(tx)
  if (first) {
    if (secret && first.secret !== secret) {
      await tx.db.updateTable('listeners').set({ secret }).where('id', '=', first.id).execute()
    }
    return
  }
  const channels = new Map<Channel, AccountRow>()
  for (const account of accounts) if (!channels.has(account.channel)) channels.set(account.channel, account)
  const phone = { name: '手机', enabled: true, secret: secret ?? newSecret() }
  await insertListener(tx, phone, [...channels.values()])
}

async function insertListener(
  tx: Tx,
  { name, enabled, secret }: { name: string; enabled: boolean; secret: string },
  accounts: readonly AccountRow[],
): Promise<string> {
  const id = nanoid()
  const never = { checked_at: null, noticed_at: null, last_address: null, heartbeat_at: null }
  await tx.db
    .insertInto('listeners')
    .values({ id, name, secret, enabled_at: enabled ? tx.now() : null, created_at: tx.now(), ...never })
    .execute()
  await linkAccounts(tx, id, accounts)
  return id
}

async function linkAccounts(tx: Tx, listenerId: string, accounts: readonly AccountRow[]): Promise<void> {
  await tx.db.deleteFrom('listener_accounts').where('listener_id', '=', listenerId).execute()
  for (const { channel, id } of accounts) {
    await tx.db
      .insertInto('listener_accounts')
      .values({ listener_id: listenerId, channel, account_id: id })
      .execute()
  }
}

export interface ListenerInput {
  readonly name: string
  readonly enabled: boolean
  /** At most one on each channel: a notice names only the channel. */
  readonly accountIds: readonly string[]
}

/** @throws ShopError `bad_input` for two accounts on one channel, `not_found` */
export async function addListener(
  shop: Shop,
  input: ListenerInput,
  actor: Actor,
): Promise<ListenerWithAccounts> {
  const id = await transaction(shop, async (tx) => {
    const made = await insertListener(tx, { ...input, secret: newSecret() }, await chosenAccounts(tx, input))
    await recordAudit(tx, actor, 'listeners.add', made, null, input)
    return made
  })
  return reloaded(shop, id)
}

/** @throws ShopError `bad_input`, `not_found` */
export async function changeListener(
  shop: Shop,
  id: string,
  input: ListenerInput,
  actor: Actor,
): Promise<ListenerWithAccounts> {
  await transaction(shop, async (tx) => {
    const before = await getListener(tx, id)
    const enabled_at = input.enabled ? (before.enabled_at ?? tx.now()) : null
    await tx.db.updateTable('listeners').set({ name: input.name, enabled_at }).where('id', '=', id).execute()
    await linkAccounts(tx, id, await chosenAccounts(tx, input))
    await recordAudit(tx, actor, 'listeners.change', id, { name: before.name }, input)
  })
  return reloaded(shop, id)
}

async function chosenAccounts(tx: Tx, { accountIds }: ListenerInput): Promise<AccountRow[]> {
  const accounts = (await listAccounts(tx)).filter((account) => accountIds.includes(account.id))
  if (accounts.length < new Set(accountIds).size) fail('not_found', { what: 'account' })
  const channels = new Set(accounts.map((account) => account.channel))
  return channels.size === accounts.length ? accounts : fail('bad_input', { field: 'accountIds' })
}

/** After commit: this process at once, the others by the wake-up. */
async function reloaded(shop: Shop, id: string): Promise<ListenerWithAccounts> {
  await loadListeners(shop)
  announceTills(shop)
  shop.store.publish('listeners', id)
  const found = (await listListeners(shop)).find((one) => one.id === id)
  return found ?? fail('not_found', { what: 'listener' })
}

/** For the admin who sets the phone up; that it was shown is on record. @throws ShopError `not_found` */
export async function showListenerSecret(shop: Shop, id: string, actor: Actor): Promise<string> {
  const { secret } = await getListener(shop, id)
  await transaction(shop, (tx) => recordAudit(tx, actor, 'listeners.show-secret', id, null, null))
  return secret
}

/** The old secret stops working at once. @throws ShopError `not_found` */
export async function renewListenerSecret(shop: Shop, id: string, actor: Actor): Promise<string> {
  const secret = newSecret()
  await transaction(shop, async (tx) => {
    await getListener(tx, id)
    await tx.db.updateTable('listeners').set({ secret }).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'listeners.renew', id, null, null)
  })
  await reloaded(shop, id)
  return secret
}

function newSecret(): string {
  return randomToken(24)
}

/**
 * Notes a sign of life; at most once a second per device, and never in the way of a notice. Once money has been
 * reported a check moves the address no more: whoever sends an old message again would make it known beforehand.
 */
export async function noteListener(
  shop: Shop,
  id: string,
  kind: 'checked_at' | 'noticed_at',
  address: string,
): Promise<void> {
  const before = await getListener(shop, id)
  const last_address = kind === 'noticed_at' || before.noticed_at === null ? address : before.last_address
  if (shop.now() - (before[kind] ?? 0) < 1000 && before.last_address === last_address) return
  await shop.db
    .updateTable('listeners')
    .set({ [kind]: shop.now(), last_address })
    .where('id', '=', id)
    .execute()
  if (kind === 'noticed_at' && before.noticed_at !== null && before.last_address !== address) {
    await raiseAlert(shop, 'listener_new_address', address, { listener: before.name })
  }
}
