/** General forwarders of notifications: they send what a wallet shows, and the amount is read here, by rules. */
import { isAway } from '../com/db/index.ts'
import type { Spool } from '../com/spool.ts'
import { safeEqual } from '../com/tokens.ts'
import { raiseAlert } from './alerts.ts'
import { noteFarBeat } from './heartbeats.ts'
import { formatYuan } from './money.ts'
import type { NoticeOutcome } from './notice-outcomes.ts'
import { rulesInForce } from './notification-rules.ts'
import { keepNotice, type Arrival, type Reading } from './notices.ts'
import type { Notice } from './payments.ts'
import { recogniseAny, type Finding, type Notification } from './recognise.ts'
import type { Shop } from './shop.ts'
import { digest, forwarderSignature } from './signatures.ts'
import { findDevice, type Device } from './signers.ts'
import { noteListener, signOf, type Sender } from './signs-of-life.ts'
import { spendAlone, type Once } from './spent-signs.ts'

/** A signature that covers no content is a password: for so long, and for one content. */
const FRESH_MS = 600_000

/** Of a notification, more than which no wallet shows. */
const MOST_TEXT = 4_000

export interface Forwarded extends Sender {
  readonly deviceId: string
  readonly proof: Proof
  /** The ways in which the body can be divided: one, unless the sender's template is not known. */
  readonly notifications: readonly Notification[]
  /** The whole body, which is kept where no notification can be told from it. */
  readonly text?: string
}

/** `signed`: what SmsForwarder sends. `bearer`: the secret itself, and a name of the notice where the tool gives one. */
export type Proof =
  | { readonly kind: 'signed'; readonly timestamp: string; readonly sign: string }
  | { readonly kind: 'bearer'; readonly secret: string; readonly id: string | undefined }

/**
 * `unreadable`: no notification in it; kept as `unread`. `divided`: money only by one of several ways to divide the
 * body; kept as `ambiguous`. `stale`: its time is too long ago or too far ahead; kept if it may be money. Of the others
 * nothing is kept: `spent` served for something else, and the last three are no money.
 */
export type ForwardOutcome =
  | NoticeOutcome
  | 'unreadable'
  | 'divided'
  | 'bad_signature'
  | 'stale'
  | 'spent'
  | 'alerted'
  | 'ignored'
  | 'unknown_app'

/** @throws whatever kept the notice from being safe, or its signature from being spent */
export async function receiveForwarded(
  shop: Shop,
  spool: Spool<Notice>,
  message: Forwarded,
): Promise<ForwardOutcome> {
  const at = shop.now()
  const { deviceId, proof } = message
  const device = await findDevice(shop, (one) => one.id === deviceId && proves(one, proof))
  if (!device) return 'bad_signature'
  const arrival = { device, at, sign: { ...signOf(message), ...offsetOf(proof, at) } }
  const finding = findingOf(shop, message)
  const reading = finding ? readingOf(finding, message) : unreadable(message)
  if (Math.abs(arrival.sign.offsetMs ?? 0) > FRESH_MS)
    return keepStale(shop, spool, arrival, message, reading)
  const once = onceOf(device, message)
  if (!reading) return leaveAside(shop, arrival, finding, message, once)
  const outcome = await keepNotice(shop, spool, arrival, { ...reading, ...(once && { once }) })
  if (outcome === 'ambiguous' && message.notifications.length > 1) return 'divided'
  return outcome === 'unread' && !finding ? 'unreadable' : outcome
}

/** @returns undefined where there is no notification in it. */
function findingOf(shop: Shop, { notifications }: Forwarded): Finding | undefined {
  return notifications.length === 0 ? undefined : recogniseAny(rulesInForce(shop), notifications)
}

function proves({ secret }: Device, proof: Proof): boolean {
  if (proof.kind === 'bearer') return safeEqual(secret, proof.secret)
  return safeEqual(forwarderSignature(proof.timestamp)(secret), proof.sign)
}

function offsetOf(proof: Proof, at: number): { offsetMs?: number } {
  return proof.kind === 'signed' ? { offsetMs: Number(proof.timestamp) - at } : {}
}

/**
 * It may be money of a phone whose clock is wrong, or a signature that somebody saw long ago: kept for the seller,
 * without money, and of each signature once, however often and with whatever it comes again.
 */
async function keepStale(
  shop: Shop,
  spool: Spool<Notice>,
  arrival: Arrival,
  { proof }: Forwarded,
  reading: Reading | undefined,
): Promise<'stale'> {
  const { device, sign } = arrival
  if (device.binding(sign.address))
    await noteFarBeat(shop, device, sign).catch((error: unknown) =>
      shop.log.warn({ err: error }, 'a wrong clock was not noted'),
    )
  if (!reading || proof.kind !== 'signed') return 'stale'
  if (await wasKept(shop, signKey(device, proof.timestamp))) return 'stale'
  const once = { key: digest('forward-stale', device.id, proof.timestamp), content: digest() }
  const { channel: _channel, amountCents: _amount, ...kept } = reading
  const lost = { channel: undefined, amountCents: undefined, warning: 'clock' } as const
  await keepNotice(shop, spool, arrival, { ...kept, ...lost, once })
  return 'stale'
}

/** While it was fresh: its sender did not hear the answer. */
async function wasKept(shop: Shop, key: string): Promise<boolean> {
  const payments = shop.db.selectFrom('payments').select('id').where('notice_key', '=', key)
  return payments.executeTakeFirst().then(
    (row) => row !== undefined,
    (error: unknown) => {
      if (!isAway(error)) throw error
      return false
    },
  )
}

function signKey(device: Device, timestamp: string): string {
  return digest('forward', device.id, timestamp)
}

function onceOf(device: Device, { proof, notifications, text = '' }: Forwarded): Once | undefined {
  const said = notifications.flatMap((one) => [one.app, one.title, one.text])
  const content = digest(...(said.length > 0 ? said : [text]))
  if (proof.kind === 'signed') return { key: signKey(device, proof.timestamp), content, spends: true }
  return proof.id === undefined ? undefined : { key: digest('forward-id', device.id, proof.id), content }
}

/** Whoever sent it has the secret, and it may be money that a name with a quotation mark in it made unreadable. */
function unreadable({ text = '' }: Forwarded): Reading {
  return {
    ...{ rawPrice: '', rawType: '', rawText: text.slice(0, MOST_TEXT), newer: false },
    ...{ channel: undefined, amountCents: undefined, warning: 'unread' },
  }
}

/** @returns undefined for what is no money. */
function readingOf(finding: Finding, { notifications: [shown] }: Forwarded): Reading | undefined {
  const raw = {
    rawType: shown?.app ?? '',
    rawText: [shown?.title, shown?.text].filter(Boolean).join('\n').slice(0, MOST_TEXT),
    newer: false,
  }
  if (finding.kind === 'money') {
    const { rule, channel, amountCents, merged, total } = finding
    return {
      ...raw,
      ...{ rawPrice: formatYuan(amountCents), readBy: `${rule.id}@${rule.version}`, channel, amountCents },
      ...(merged > 1 && { warning: 'merged' as const }),
      ...(total && { dayTotal: total }),
    }
  }
  if (finding.kind !== 'ambiguous' && finding.kind !== 'doubt') return undefined
  const warning = finding.kind === 'doubt' ? 'unread' : 'ambiguous'
  return { ...raw, rawPrice: '', channel: undefined, amountCents: undefined, warning }
}

/** Spends the signature all the same, so that nobody who saw it can say something else with it. */
async function leaveAside(
  shop: Shop,
  { device, sign }: Arrival,
  finding: Finding | undefined,
  { notifications: [shown] }: Forwarded,
  once: Once | undefined,
): Promise<ForwardOutcome> {
  if (once?.spends && !(await spendAlone(shop, once))) return 'spent'
  const isBelieved = device.binding(sign.address)
  if (isBelieved) await noteListener(shop, device.id, 'checked_at', sign)
  if (finding?.kind === 'unknown_app') return 'unknown_app'
  if (finding?.kind !== 'alert' || !isBelieved) return 'ignored'
  const subject = [shown?.title, shown?.text].filter(Boolean).join(' ').slice(0, 200)
  await raiseAlert(shop, 'notice_transfer', subject, { listenerId: device.id })
  return 'alerted'
}
