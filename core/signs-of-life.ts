/** What a device tells of itself beside money: that it is there, from where, in which form, and by which clock. */
import { isDuplicate } from '../com/db/index.ts'
import type { ListenerAddressRow, ListenerRow } from '../sql/schema.ts'
import { raiseAlert, settleAlert } from './alerts.ts'
import { getListener } from './listeners.ts'
import { networkOf } from './network.ts'
import { CLOCK_MS } from './payment-rows.ts'
import type { Shop } from './shop.ts'

/** Who sent a message. */
export interface Sender {
  readonly address: string
  /** What the app calls itself. */
  readonly app?: string
}

export function signOf({ address, app }: Sender): Sign {
  return app ? { address, app } : { address }
}

export interface Sign extends Sender {
  /** Its clock minus ours, in milliseconds, where it told the time. */
  readonly offsetMs?: number
  /** When it came, Unix ms, where that is not now. */
  readonly at?: number
  /** It reported money in a form that whoever saw it can send again. */
  readonly oldForm?: boolean
}

/** Addresses are kept up to this many per device: phones change theirs. */
const MOST_ADDRESSES = 20

const ADDRESS_NOTED_MS = 60_000

/**
 * Notes a check or a notice; at most once a second per device, and never in the way of a notice. Once money has been
 * reported a check moves the address no more: whoever sends an old message again would make it known beforehand.
 *
 * @returns the device as it was.
 */
export async function noteListener(
  shop: Shop,
  id: string,
  kind: 'checked_at' | 'noticed_at',
  sign: Sign,
): Promise<ListenerRow> {
  const before = await getListener(shop, id)
  const at = sign.at ?? shop.now()
  if (at < (before[kind] ?? 0)) return before // what came after it has told more
  const last_address =
    kind === 'noticed_at' || before.noticed_at === null ? sign.address : before.last_address
  if (at - (before[kind] ?? 0) >= 1000 || before.last_address !== last_address) {
    await shop.db
      .updateTable('listeners')
      .set({
        [kind]: at,
        last_address,
        ...whatItTells(sign),
        ...(sign.oldForm && { old_form_at: at }),
      })
      .where('id', '=', id)
      .execute()
  }
  if (kind === 'noticed_at') await noteAddress(shop, before, sign.address)
  await settleClock(shop, before, sign)
  return before
}

/** A clock that was put right is no longer anything to be told of. */
async function settleClock(shop: Shop, before: ListenerRow, { offsetMs }: Sign): Promise<void> {
  if (offsetMs === undefined || !isFar(before.clock_offset_ms ?? 0) || isFar(offsetMs)) return
  await settleAlert(shop, 'listener_clock', { listenerId: before.id })
}

function isFar(offsetMs: number): boolean {
  return Math.abs(offsetMs) > CLOCK_MS
}

/** Columns of what a sign tells beside its time. */
export function whatItTells({ offsetMs, app }: Sign): Partial<ListenerRow> {
  return {
    ...(offsetMs !== undefined && { clock_offset_ms: offsetMs }),
    ...(app && { app: app.slice(0, 120) }),
  }
}

/** The seller is told of an address from which the device has not reported before. */
async function noteAddress(shop: Shop, before: ListenerRow, address: string): Promise<void> {
  const network = networkOf(address)
  const addresses = await listAddresses(shop, before.id)
  const known = addresses.find((one) => one.network === network)
  if (known) return touchAddress(shop, known)
  const row = { listener_id: before.id, network, first_at: shop.now(), last_at: shop.now() }
  try {
    await shop.db.insertInto('listener_addresses').values(row).execute()
  } catch (error) {
    if (isDuplicate(error)) return // a notice of the same moment noted it
    throw error
  }
  await forgetAddresses(shop, before.id, addresses.slice(MOST_ADDRESSES - 1))
  if (before.noticed_at === null || networkOf(before.last_address ?? '') === network) return
  await raiseAlert(shop, 'listener_new_address', address, { listener: before.name })
}

/** From where a device's notices came, the latest first. */
export function listAddresses(shop: Shop, listenerId: string): Promise<ListenerAddressRow[]> {
  return shop.db
    .selectFrom('listener_addresses')
    .selectAll()
    .where('listener_id', '=', listenerId)
    .orderBy('last_at', 'desc')
    .execute()
}

async function touchAddress(shop: Shop, known: ListenerAddressRow): Promise<void> {
  if (shop.now() - known.last_at < ADDRESS_NOTED_MS) return
  await shop.db
    .updateTable('listener_addresses')
    .set({ last_at: shop.now() })
    .where('listener_id', '=', known.listener_id)
    .where('network', '=', known.network)
    .execute()
}

async function forgetAddresses(shop: Shop, id: string, rows: readonly ListenerAddressRow[]): Promise<void> {
  const networks = rows.map(({ network }) => network)
  if (networks.length === 0) return
  await shop.db
    .deleteFrom('listener_addresses')
    .where('listener_id', '=', id)
    .where('network', 'in', networks)
    .execute()
}
