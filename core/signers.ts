/** Whose secret signed a notice: the devices in memory, so that a notice can be checked without a database. */
import { createHash } from 'node:crypto'
import type { Db } from '../com/db/index.ts'
import { safeEqual } from '../com/tokens.ts'
import type { Shop } from './shop.ts'

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
    const kept = known.get(shop.database)
    if (kept) kept.readAt = Date.now() // the database is away: what is in memory decides, for a second at least
    return undefined
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
