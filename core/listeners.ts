/** Listener devices: whose secret signs notices, and for which accounts. */
import { createHash } from 'node:crypto'
import { nanoid } from 'nanoid'
import { randomToken, safeEqual } from '../com/tokens.ts'
import type { Db } from '../com/db/index.ts'
import type { AccountRow, ListenerRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import type { Channel } from './vocabulary.ts'

/** What must be known to accept a notice while the database is away. */
export interface Device {
  readonly id: string
  readonly secret: string
  readonly accounts: ReadonlyMap<string, string>
}

interface Known {
  devices: readonly Device[]
  readAt: number
}

const known = new WeakMap<Db, Known>()

/** Reads the devices into memory. Called at start, by the clock, and when a signature fits none of them. */
export async function loadListeners(shop: Shop): Promise<void> {
  const readAt = Date.now()
  const rows = await shop.db
    .selectFrom('listeners')
    .innerJoin('listener_accounts', 'listener_accounts.listener_id', 'listeners.id')
    .select(['listeners.id', 'secret', 'channel', 'account_id'])
    .where('listeners.enabled_at', 'is not', null)
    .execute()
  const devices = new Map<string, Device & { accounts: Map<string, string> }>()
  for (const row of rows) {
    const device = devices.get(row.id) ?? {
      id: row.id,
      secret: row.secret,
      accounts: new Map<string, string>(),
    }
    device.accounts.set(row.channel, row.account_id)
    devices.set(row.id, device)
  }
  known.set(shop.database, { devices: [...devices.values()], readAt })
}

/**
 * Finds the device whose secret signed a text of the listener's protocol: `md5(md5(text) + secret)`, hex. MD5 is the
 * protocol's choice. Compared in constant time, over the text exactly as received.
 */
export async function findSigner(shop: Shop, text: string, sign: string): Promise<Device | undefined> {
  const found = signerOf(known.get(shop.database)?.devices ?? [], text, sign)
  if (found || Date.now() - (known.get(shop.database)?.readAt ?? 0) < RELOAD_MS) return found
  try {
    await loadListeners(shop) // another process may have renewed a secret
  } catch {
    return undefined // the database is away: what is in memory decides
  }
  return signerOf(known.get(shop.database)?.devices ?? [], text, sign)
}

const RELOAD_MS = 1000

function signerOf(devices: readonly Device[], text: string, sign: string): Device | undefined {
  const inner = md5(text)
  let signer: Device | undefined
  for (const device of devices) {
    if (safeEqual(md5(inner + device.secret), sign.toLowerCase())) signer = device
  }
  return signer
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

export async function listListeners(shop: Shop): Promise<ListenerRow[]> {
  return shop.db.selectFrom('listeners').selectAll().orderBy('created_at').execute()
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
  const id = nanoid()
  await tx.db
    .insertInto('listeners')
    .values({
      id,
      name: '手机',
      secret: secret ?? newSecret(),
      enabled_at: tx.now(),
      created_at: tx.now(),
      checked_at: null,
      noticed_at: null,
      last_address: null,
    })
    .execute()
  const channels = new Map<Channel, string>()
  for (const account of accounts)
    if (!channels.has(account.channel)) channels.set(account.channel, account.id)
  for (const [channel, account_id] of channels) {
    await tx.db.insertInto('listener_accounts').values({ listener_id: id, channel, account_id }).execute()
  }
}

/** The old secret stops working at once. @throws ShopError `not_found` */
export async function renewListenerSecret(shop: Shop, id: string, actor: Actor): Promise<string> {
  const secret = newSecret()
  await transaction(shop, async (tx) => {
    await getListener(tx, id)
    await tx.db.updateTable('listeners').set({ secret }).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'listeners.renew', id, null, null)
  })
  await loadListeners(shop)
  shop.store.publish('listeners', id)
  return secret
}

function newSecret(): string {
  return randomToken(24)
}

/** Notes a sign of life; at most once a second per device, and never in the way of a notice. */
export async function noteListener(
  shop: Shop,
  id: string,
  kind: 'checked_at' | 'noticed_at',
  address: string,
): Promise<void> {
  const before = await getListener(shop, id)
  if (shop.now() - (before[kind] ?? 0) < 1000 && before.last_address === address) return
  await shop.db
    .updateTable('listeners')
    .set({ [kind]: shop.now(), last_address: address })
    .where('id', '=', id)
    .execute()
  if (kind === 'noticed_at' && before.noticed_at !== null && before.last_address !== address) {
    await raiseAlert(shop, 'listener_new_address', address, { listener: before.name })
  }
}
