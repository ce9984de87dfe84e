/** The project's own protocol: its old form, the newer one, and the heartbeat. */
import type { Spool } from '../com/spool.ts'
import { noteBeat, noteFarBeat } from './heartbeats.ts'
import { findYuan } from './money.ts'
import type { NoticeOutcome } from './notice-outcomes.ts'
import { keepNotice } from './notices.ts'
import { CLOCK_MS } from './payment-rows.ts'
import type { Notice } from './payments.ts'
import type { Shop } from './shop.ts'
import { digest, newerSignature, ownSignature } from './signatures.ts'
import { findSigner } from './signers.ts'
import { noteListener, signOf, type Sender } from './signs-of-life.ts'
import { CHANNELS } from './vocabulary.ts'

/** The message as it came, not a character changed. */
export interface RawNotice extends Sender {
  readonly price: string
  readonly type: string
  readonly sign: string
}

/** Its times are whole Unix milliseconds by the phone's clock, as text. */
export interface NewerNotice extends Sender {
  readonly price: string
  readonly type: string
  /** Time of this attempt, and of the notification. */
  readonly t: string
  readonly seen: string
  /** The same over all attempts for one notification. */
  readonly nonce: string
  readonly sign2: string
}

/** @throws whatever kept the notice from being safe */
export async function receiveNotice(
  shop: Shop,
  spool: Spool<Notice>,
  raw: RawNotice,
): Promise<NoticeOutcome | 'bad_signature'> {
  const at = shop.now() // the database may keep everyone waiting before it turns out to be away
  const device = await findSigner(shop, ownSignature(raw.price + raw.type), raw.sign)
  if (!device) return 'bad_signature'
  return keepNotice(shop, spool, { device, at, sign: signOf(raw) }, { ...moneyOf(raw), newer: false })
}

/** A nonce that came before is answered as it was then. @throws whatever kept the notice from being safe */
export async function receiveNewerNotice(
  shop: Shop,
  spool: Spool<Notice>,
  raw: NewerNotice,
): Promise<NoticeOutcome | 'bad_signature'> {
  const at = shop.now()
  const { price, type, t, seen, nonce } = raw
  const device = await findSigner(shop, newerSignature(price, type, t, seen, nonce), raw.sign2)
  if (!device) return 'bad_signature'
  const clock = { sentAt: Number(t), seenAt: Number(seen) }
  const sign = { ...signOf(raw), offsetMs: clock.sentAt - at }
  return keepNotice(
    shop,
    spool,
    { device, at, sign },
    {
      ...moneyOf(raw),
      clock,
      once: { key: digest('own', device.id, nonce), content: digest(price, type, seen) },
      newer: true,
    },
  )
}

/** Amounts that are not money by the one grammar of this shop are kept as they came, without money. */
function moneyOf({ price, type }: { price: string; type: string }) {
  return {
    rawPrice: price,
    rawType: type,
    channel: CHANNELS.find((one) => one === type),
    amountCents: findYuan(price),
  }
}

export type CheckOutcome = 'alike' | 'address' | 'bad_signature'

/** Are we configured alike? */
export async function checkConfiguration(
  shop: Shop,
  raw: Sender & { readonly apiurl: string; readonly sign: string },
): Promise<CheckOutcome> {
  const device = await findSigner(shop, ownSignature(raw.apiurl), raw.sign)
  if (!device) return 'bad_signature'
  if (!device.binding(raw.address)) return 'address'
  noteListener(shop, device.id, 'checked_at', signOf(raw)).catch((error: unknown) =>
    shop.log.warn({ err: error }, 'a configuration check was not noted'),
  )
  return 'alike'
}

/** `clock`: what it says of time is not believed, so it may be old, and nobody counts as alive by it. */
export type BeatOutcome = 'alive' | 'clock' | 'address' | 'bad_signature'

export interface RawBeat extends Sender {
  readonly t: string
  readonly sign2: string
}

/** Works without the database too: what then could not be noted is noted with the next beat. */
export async function receiveBeat(shop: Shop, raw: RawBeat): Promise<BeatOutcome> {
  const device = await findSigner(shop, newerSignature('heartbeat', raw.t), raw.sign2)
  if (!device) return 'bad_signature'
  if (!device.binding(raw.address)) return 'address'
  const sign = { ...signOf(raw), offsetMs: Number(raw.t) - shop.now() }
  const outcome = Math.abs(sign.offsetMs) > CLOCK_MS ? 'clock' : 'alive'
  const noted = outcome === 'alive' ? noteBeat(shop, device, sign) : noteFarBeat(shop, device, sign)
  await noted.catch((error: unknown) => shop.log.warn({ err: error }, 'a heartbeat was not noted'))
  return outcome
}
