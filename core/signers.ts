/** Whose secret signed a notice: the devices in memory, so that a notice can be checked without a database. */
import type { Db } from '../com/db/index.ts'
import { safeEqual } from '../com/tokens.ts'
import { readBinding, type Binding } from './network.ts'
import type { Shop } from './shop.ts'
import type { Signature } from './signatures.ts'

/** What must be known to accept a notice while the database is away. */
export interface Device {
  readonly id: string
  readonly name: string
  readonly secret: string
  /** By channel. */
  readonly accounts: ReadonlyMap<string, string>
  /** Only what cannot be sent again by whoever saw it. */
  readonly newerOnly: boolean
  /** From where it may report. */
  readonly binding: Binding
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
    .leftJoin('listener_accounts', 'listener_accounts.listener_id', 'listeners.id')
    .select(['listeners.id', 'name', 'secret', 'newer_only_at', 'bound_to', 'channel', 'account_id'])
    .where('listeners.enabled_at', 'is not', null)
    .execute()
  const devices = new Map<string, Device & { accounts: Map<string, string> }>()
  for (const row of rows) {
    const device = devices.get(row.id) ?? {
      id: row.id,
      name: row.name,
      secret: row.secret,
      accounts: new Map<string, string>(),
      newerOnly: row.newer_only_at !== null,
      binding: readBinding(JSON.parse(row.bound_to) as string[]),
    }
    if (row.channel !== null && row.account_id !== null) device.accounts.set(row.channel, row.account_id)
    devices.set(row.id, device)
  }
  known.set(shop.database, { devices: [...devices.values()], readAt })
}

/**
 * Finds the device whose secret signed a message, over its text exactly as received. Compared in constant time.
 *
 * @param given hex, in either case.
 */
export function findSigner(shop: Shop, signature: Signature, given: string): Promise<Device | undefined> {
  return findDevice(shop, (device) => safeEqual(signature(device.secret), given.toLowerCase()))
}

/** Looks at every device, whichever fits. Another process may have added it or renewed its secret: read again then. */
export async function findDevice(shop: Shop, fits: (device: Device) => boolean): Promise<Device | undefined> {
  const found = deviceThat(shop, fits)
  if (found || Date.now() - (known.get(shop.database)?.readAt ?? 0) < RELOAD_MS) return found
  try {
    await loadListeners(shop)
  } catch {
    const kept = known.get(shop.database)
    if (kept) kept.readAt = Date.now() // the database is away: what is in memory decides, for a second at least
    return undefined
  }
  return deviceThat(shop, fits)
}

const RELOAD_MS = 1000

function deviceThat(shop: Shop, fits: (device: Device) => boolean): Device | undefined {
  return (known.get(shop.database)?.devices ?? []).filter(fits).at(-1)
}
