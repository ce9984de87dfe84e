/** Devices that say that they are alive: their beats, the silence after the last, and the first one again. */
import type { ListenerRow } from '../sql/schema.ts'
import { raiseAlert, settleAlert } from './alerts.ts'
import { wakeCallbacks } from './callbacks.ts'
import { getListener } from './listeners.ts'
import { nowAndThen } from './now-and-then.ts'
import { CLOCK_MS } from './payment-rows.ts'
import { enqueueForAll } from './shop-events.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import type { Device } from './signers.ts'
import { whatItTells, type Sign } from './signs-of-life.ts'
import { announceTills, SILENT_MS } from './tills.ts'

/** A device beats every half minute; of what comes more often nothing is written. */
const NOTED_MS = 10_000

/** Notes that a device is alive. Writes nothing when this process has done so a moment ago. */
export function noteBeat(shop: Shop, device: Pick<Device, 'id' | 'name'>, sign: Sign): Promise<void> {
  return nowAndThen(shop, `beat ${device.id}`, NOTED_MS, () => writeBeat(shop, device.id, sign))
}

/** Of one whose clock is far off: it may be an old beat, so it says nothing but that. */
export function noteFarBeat(shop: Shop, device: Pick<Device, 'id' | 'name'>, sign: Sign): Promise<void> {
  return nowAndThen(shop, `far beat ${device.id}`, NOTED_MS, async () => {
    await shop.db.updateTable('listeners').set(whatItTells(sign)).where('id', '=', device.id).execute()
    await raiseAlert(shop, 'listener_clock', device.name, { listenerId: device.id })
  })
}

/**
 * Of one that a device may have sent long ago, because it has sent a later one: its time is not believed either way. The
 * seller is told where nothing else is heard of the device; while it beats well, somebody sends an old one again.
 */
export function noteTurnedBack(shop: Shop, device: Pick<Device, 'id' | 'name'>): Promise<void> {
  return nowAndThen(shop, `turned back ${device.id}`, NOTED_MS, async () => {
    const { heartbeat_at: at } = await getListener(shop, device.id)
    if (at !== null && shop.now() - at <= SILENT_MS) return
    await raiseAlert(shop, 'listener_clock', device.name, { listenerId: device.id })
  })
}

/**
 * Whether a beat can be an older one that is sent again: its time is far from ours, and not after that of the last one
 * that counted.
 */
export async function isBeforeLast(
  shop: Shop,
  id: string,
  { offsetMs }: Required<Pick<Sign, 'offsetMs'>>,
): Promise<boolean> {
  if (Math.abs(offsetMs) <= CLOCK_MS) return false
  const { heartbeat_at: at, clock_offset_ms: offset } = await getListener(shop, id)
  return at !== null && shop.now() + offsetMs <= at + (offset ?? 0)
}

async function writeBeat(shop: Shop, id: string, sign: Sign): Promise<void> {
  const before = await getListener(shop, id)
  await shop.db
    .updateTable('listeners')
    .set({ heartbeat_at: shop.now(), ...whatItTells(sign) })
    .where('id', '=', id)
    .execute()
  if (before.silent_at !== null) await turn(shop, before, 'online')
  if (sign.offsetMs !== undefined && Math.abs(sign.offsetMs) <= CLOCK_MS)
    await settleAlert(shop, 'listener_clock', { listenerId: id })
}

/** The clock's part: devices that have beaten and then fell silent. @returns how many. */
export async function noteSilence(shop: Shop): Promise<number> {
  const silent = await shop.db
    .selectFrom('listeners')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .where('silent_at', 'is', null)
    .where('heartbeat_at', '<', shop.now() - SILENT_MS)
    .execute()
  for (const device of silent) await turn(shop, device, 'offline')
  return silent.length
}

/** A device goes or comes back; of several processes that see it one says so. @param device as it was seen. */
async function turn(shop: Shop, device: ListenerRow, to: 'offline' | 'online'): Promise<void> {
  const turned = await transaction(shop, async (tx) => {
    const isHere = await (to === 'offline' ? markSilent(tx, device.id) : markBack(tx, device.id))
    if (isHere) await tellTurn(tx, device, to)
    return isHere
  })
  if (!turned) return
  announceTills(shop)
  wakeCallbacks(shop)
  shop.log.warn({ listener: device.id, to }, 'a listener went away or came back')
}

async function markSilent(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('listeners')
    .set({ silent_at: tx.now() })
    .where('id', '=', id)
    .where('silent_at', 'is', null)
    .where('heartbeat_at', '<', tx.now() - SILENT_MS)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

async function markBack(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('listeners')
    .set({ silent_at: null })
    .where('id', '=', id)
    .where('silent_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/**
 * Whoever must know of it hears it here, both ways and in the transaction that decided it. The alert of a silence is
 * taken back when the device is heard again.
 */
async function tellTurn(
  tx: Tx,
  { id, name, heartbeat_at }: ListenerRow,
  to: 'offline' | 'online',
): Promise<void> {
  const since = new Date(to === 'offline' ? (heartbeat_at ?? tx.now()) : tx.now()).toISOString()
  await enqueueForAll(tx, `device.${to}`, { device: { id, name }, since })
  if (to === 'offline') await raiseAlert(tx, 'listener_silent', name, { listenerId: id })
  else await settleAlert(tx, 'listener_silent', { listenerId: id })
}
