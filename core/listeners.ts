/** Listener devices: the seller's phones, each with a secret of its own, and the accounts they report for. */
import { nanoid } from 'nanoid'
import { randomToken } from '../com/tokens.ts'
import type { AccountRow, ListenerRow } from '../sql/schema.ts'
import { listAccounts } from './accounts.ts'
import { settleAlert } from './alerts.ts'
import { recordAudit, type Actor } from './audit.ts'
import { wakeCallbacks } from './callbacks.ts'
import { CannotStart, fail } from './errors.ts'
import { isNetwork } from './network.ts'
import { isMerchantKey } from './secrets-apart.ts'
import { enqueueForAll } from './shop-events.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { loadListeners } from './signers.ts'
import { announceTills } from './tills.ts'
import type { Channel, ListenerDialect } from './vocabulary.ts'

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

const SHARED_SECRET =
  'LISTENER_SECRET is the key of a merchant: whoever has it could report money. Choose another'

/**
 * Makes sure that there is a first device for all channels, and that it has the secret of the environment where
 * that sets one. In a transaction, by one process at a time.
 *
 * @throws CannotStart when that secret is a merchant's key
 */
export async function seedListener(
  tx: Tx,
  accounts: readonly AccountRow[],
  secret: string | undefined,
): Promise<void> {
  if (secret && (await isMerchantKey(tx, secret))) throw new CannotStart(SHARED_SECRET)
  const [first] = await listListeners(tx)
  if (first) {
    if (secret && first.secret !== secret) {
      await tx.db.updateTable('listeners').set({ secret }).where('id', '=', first.id).execute()
    }
    return
  }
  const channels = new Map<Channel, AccountRow>()
  for (const account of accounts) if (!channels.has(account.channel)) channels.set(account.channel, account)
  const phone = { name: '手机', enabled: true, accountIds: [] }
  await insertListener(tx, phone, secret ?? newSecret(), [...channels.values()])
}

async function insertListener(
  tx: Tx,
  input: ListenerInput,
  secret: string,
  accounts: readonly AccountRow[],
): Promise<string> {
  const id = nanoid()
  const enabled_at = input.enabled ? tx.now() : null
  await tx.db
    .insertInto('listeners')
    .values({
      id,
      name: input.name,
      secret,
      enabled_at,
      created_at: tx.now(),
      dialect: input.dialect ?? 'own',
      bound_to: JSON.stringify(input.boundTo ?? []),
      newer_only_at: input.newerOnly ? tx.now() : null,
    })
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
  /** As it was, or the project's own, unless given. */
  readonly dialect?: ListenerDialect | undefined
  /** Addresses and networks; as it was, or anywhere, unless given. */
  readonly boundTo?: readonly string[] | undefined
  /** As it was, or off, unless given. */
  readonly newerOnly?: boolean | undefined
}

/** Of the column: twenty of the longest networks would not fit. */
const LONGEST_BINDING = 1_000

/** @throws ShopError `bad_input` for two accounts on one channel or what is no network, `not_found` */
export async function addListener(
  shop: Shop,
  input: ListenerInput,
  actor: Actor,
): Promise<ListenerWithAccounts> {
  const id = await transaction(shop, async (tx) => {
    const made = await insertListener(tx, input, newSecret(), await chosenAccounts(tx, input))
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
  const isBack = await transaction(shop, async (tx) => {
    const before = await getListener(tx, id)
    const accountIds = await accountIdsOf(tx, id)
    const columns = columnsOf(tx, input, before)
    await tx.db.updateTable('listeners').set(columns).where('id', '=', id).execute()
    await linkAccounts(tx, id, await chosenAccounts(tx, input))
    const isForgiven = before.silent_at !== null && columns.silent_at === null
    if (isForgiven) await tellBack(tx, { id, name: input.name })
    if (!input.enabled || isForgiven) await settleAlert(tx, 'listener_silent', { listenerId: id })
    await recordAudit(tx, actor, 'listeners.change', id, { ...settingsOf(before), accountIds }, input)
    return isForgiven
  })
  if (isBack) wakeCallbacks(shop)
  return reloaded(shop, id)
}

/** Its silence counts no more, and its till is open again: whoever heard that it was away hears that. */
function tellBack(tx: Tx, device: { readonly id: string; readonly name: string }): Promise<void> {
  return enqueueForAll(tx, 'device.online', { device, since: new Date(tx.now()).toISOString() })
}

async function accountIdsOf(tx: Tx, id: string): Promise<string[]> {
  const links = tx.db.selectFrom('listener_accounts').select('account_id').where('listener_id', '=', id)
  return (await links.orderBy('channel').execute()).map((link) => link.account_id)
}

function columnsOf(tx: Tx, input: ListenerInput, before: ListenerRow): Partial<ListenerRow> {
  const {
    name,
    enabled,
    dialect = before.dialect,
    boundTo,
    newerOnly = before.newer_only_at !== null,
  } = input
  // Another app may not beat, and one that was off could not: its silence means nothing until it does.
  const isOther = dialect !== before.dialect || (enabled && before.enabled_at === null)
  return {
    name,
    dialect,
    enabled_at: enabled ? (before.enabled_at ?? tx.now()) : null,
    newer_only_at: newerOnly ? (before.newer_only_at ?? tx.now()) : null,
    ...(boundTo && { bound_to: JSON.stringify(boundTo) }),
    ...(isOther && { heartbeat_at: null, silent_at: null, clock_offset_ms: null, app: null }),
  }
}

function settingsOf(row: ListenerRow) {
  const { name, dialect, enabled_at, newer_only_at, bound_to } = row
  const boundTo = JSON.parse(bound_to) as string[]
  return { name, enabled: enabled_at !== null, dialect, boundTo, newerOnly: newer_only_at !== null }
}

async function chosenAccounts(tx: Tx, { accountIds, boundTo = [] }: ListenerInput): Promise<AccountRow[]> {
  const isStored = JSON.stringify(boundTo).length <= LONGEST_BINDING
  if (!isStored || !boundTo.every(isNetwork)) fail('bad_input', { field: 'boundTo' })
  const accounts = (await listAccounts(tx)).filter((account) => accountIds.includes(account.id))
  if (accounts.length < new Set(accountIds).size) fail('not_found', { what: 'account' })
  const channels = new Set(accounts.map((account) => account.channel))
  return channels.size === accounts.length ? accounts : fail('bad_input', { field: 'accountIds' })
}

/** After commit: this process at once, the others by the wake-up. */
export async function announceListeners(shop: Shop, id: string): Promise<void> {
  await loadListeners(shop)
  announceTills(shop)
  shop.store.publish('listeners', id)
}

async function reloaded(shop: Shop, id: string): Promise<ListenerWithAccounts> {
  await announceListeners(shop, id)
  const found = (await listListeners(shop)).find((one) => one.id === id)
  return found ?? fail('not_found', { what: 'listener' })
}

export function newSecret(): string {
  return randomToken(24)
}
