/** A listener's report on its way in: read by its dialect, then a row, or the spool while there is no database. */
import { nanoid } from 'nanoid'
import { isAway, type Db } from '../com/db/index.ts'
import type { Spool } from '../com/spool.ts'
import { raiseAlert } from './alerts.ts'
import { noteBeat } from './heartbeats.ts'
import { outcomeOf, tellSeller, type NoticeOutcome } from './notice-outcomes.ts'
import { nowAndThen } from './now-and-then.ts'
import { recordPayment, type Notice, type Recorded } from './payments.ts'
import type { Shop } from './shop.ts'
import type { Device } from './signers.ts'
import { noteListener, type Sign } from './signs-of-life.ts'
import type { Channel, PaymentWarning } from './vocabulary.ts'

/** What a dialect read out of a message whose signature is right. */
export interface Reading extends Pick<
  Notice,
  'rawPrice' | 'rawType' | 'rawText' | 'readBy' | 'clock' | 'once' | 'warning'
> {
  /** Both or none: without them it is not money, and is kept as it came. */
  readonly channel: Channel | undefined
  readonly amountCents: number | undefined
  /** Signed with a time that is looked at, and with a name of its own: worth nothing to whoever saw it. */
  readonly newer: boolean
}

/** What stands around a message. */
export interface Arrival {
  readonly device: Device
  /** Unix ms, before anything was waited for. */
  readonly at: number
  readonly sign: Sign
}

/**
 * Makes a notice safe: every dialect ends here.
 *
 * @throws whatever kept it from being safe: the listener must not be told that it was accepted.
 */
export async function keepNotice(
  shop: Shop,
  spool: Spool<Notice>,
  arrival: Arrival,
  reading: Reading,
): Promise<NoticeOutcome> {
  const notice = noticeOf(arrival, reading)
  // What it repeats came before it, and must be recorded before it.
  if (notice.once && waitingKeys(spool).has(notice.once.key)) await drainSpool(shop, spool)
  try {
    const recorded = await recordPayment(shop, notice)
    inBackground(shop, () => noteArrival(shop, arrival, reading, recorded))
    inBackground(shop, () => tellSeller(shop, notice, recorded))
    return namedFor(arrival, reading, outcomeOf(recorded))
  } catch (error) {
    if (!isAway(error)) throw error
    await spool.append({ ...notice, receivedAt: arrival.at })
    if (notice.once) waitingKeys(spool).add(notice.once.key)
    shop.log.warn({ spooled: spool.size() }, 'the database is away: a notice was spooled')
    return namedFor(arrival, reading, outcomeWhileAway(notice))
  }
}

/** Brings spooled notices in, oldest first, once the database is back. @returns how many. */
export async function drainSpool(shop: Shop, spool: Spool<Notice>): Promise<number> {
  if (spool.size() === 0) return 0
  return spool.drain(async (notice) => {
    try {
      const recorded = await recordPayment(shop, notice)
      if (notice.once) waitingKeys(spool).delete(notice.once.key)
      inBackground(shop, () => noteSpooled(shop, notice, recorded))
      inBackground(shop, () => tellSeller(shop, notice, recorded))
    } catch (error) {
      shop.log.warn({ waiting: spool.size(), err: error }, 'spooled notices wait')
      if (isAway(error)) throw error
      await keepForTheSeller(shop, notice)
    }
  })
}

const waiting = new WeakMap<Spool<Notice>, Set<string>>()

/** Of what this process has spooled since it started. */
function waitingKeys(spool: Spool<Notice>): Set<string> {
  const keys = waiting.get(spool) ?? new Set()
  waiting.set(spool, keys)
  return keys
}

/** Recording it failed by itself: kept as it came, without money, so that it holds up none behind it. */
async function keepForTheSeller(shop: Shop, { money: _unsettled, ...notice }: Notice): Promise<void> {
  await recordPayment(shop, notice)
  await raiseAlert(shop, 'notice_quarantined', notice.paymentId)
}

function noticeOf({ device, sign: { address } }: Arrival, reading: Reading): Notice {
  const { channel, amountCents, newer, ...rest } = reading
  const warning = refusalOf(device, address, newer) ?? reading.warning
  const accountId = channel && device.accounts.get(channel)
  const isMoney = channel && accountId && amountCents && (warning === undefined || warning === 'merged')
  return {
    ...rest,
    paymentId: nanoid(),
    listenerId: device.id,
    address,
    ...(isMoney && { money: { accountId, channel, amountCents } }),
    ...(warning && { warning }),
  }
}

/** Why a device's notice pays nothing although its signature is right: it could be someone else's. */
function refusalOf(device: Device, address: string, newer: boolean): PaymentWarning | undefined {
  if (!device.binding(address)) return 'address'
  return device.newerOnly && !newer ? 'old_form' : undefined
}

/** What could be read, and is money for none of the seller's accounts. */
function namedFor(
  { device }: Arrival,
  { channel, amountCents }: Reading,
  outcome: NoticeOutcome,
): NoticeOutcome {
  const lacksAccount = channel && amountCents && !device.accounts.has(channel)
  return outcome === 'quarantined' && lacksAccount ? 'no_account' : outcome
}

/** Says no already if it will be no: the answer to a repetition must not differ. */
function outcomeWhileAway({ money, warning }: Notice): NoticeOutcome {
  return money ? 'spooled' : outcomeOf({ match: 'quarantined', orderId: null, ...(warning && { warning }) })
}

/**
 * What may be an old message says nothing of the device's clock, nor that it is alive; and nothing at all where it came
 * from an address that is not the device's, or its signature is too old to be believed.
 */
async function noteArrival(
  shop: Shop,
  { device, sign: { offsetMs, ...sender } }: Arrival,
  { newer, once, warning: before }: Reading,
  { repeated, warning }: Recorded,
): Promise<void> {
  if (warning === 'address' || before === 'clock') return
  const isOld = repeated ?? warning === 'ambiguous'
  const isFresh = once !== undefined && !repeated && (warning === undefined || warning === 'merged')
  const note = async () => {
    const sign = { ...sender, ...(offsetMs !== undefined && !isOld && { offsetMs }) }
    const { heartbeat_at } = await noteListener(shop, device.id, 'noticed_at', { ...sign, oldForm: !newer })
    if (heartbeat_at !== null && isFresh) await noteBeat(shop, device, sign)
  }
  if (offsetMs !== undefined) return note() // its clock may have been put right
  await nowAndThen(shop, JSON.stringify(['notice', device.id, sender, newer, isFresh]), 1_000, note)
}

/** Only the newer form tells the phone's times. */
async function noteSpooled(
  shop: Shop,
  { listenerId, address, receivedAt, clock, warning: before }: Notice,
  { warning }: Recorded,
): Promise<void> {
  if (warning === 'address' || before === 'clock') return
  const at = receivedAt ?? shop.now()
  await noteListener(shop, listenerId, 'noticed_at', { address, at, oldForm: clock === undefined })
}

const running = new WeakMap<Db, Set<Promise<void>>>()

/** Not part of what the listener waits for; a failure here loses nothing. */
function inBackground(shop: Shop, work: () => Promise<void>): void {
  const works = running.get(shop.database) ?? new Set()
  running.set(shop.database, works)
  const one = work()
    .catch((error: unknown) => shop.log.warn({ error: String(error) }, 'what a notice tells was not noted'))
    .finally(() => works.delete(one))
  works.add(one)
}

/** Waits for what notices gave rise to beside their rows: before the database is closed. */
export async function finishNoting(shop: Shop): Promise<void> {
  await Promise.all(running.get(shop.database) ?? [])
}
