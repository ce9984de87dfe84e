/** The V免签 app: money and heartbeats, each with a time that is signed but that the app does not mean as proof. */
import type { Spool } from '../com/spool.ts'
import { isBeforeLast, noteBeat, noteTurnedBack } from './heartbeats.ts'
import { findYuan } from './money.ts'
import type { NoticeOutcome } from './notice-outcomes.ts'
import { keepNotice } from './notices.ts'
import type { Notice } from './payments.ts'
import type { Shop } from './shop.ts'
import { digest, vmqSignature } from './signatures.ts'
import { findSigner } from './signers.ts'
import { signOf, type Sender } from './signs-of-life.ts'
import type { Channel } from './vocabulary.ts'

/** What a time of this protocol looks like; whoever checks a signature must have seen that it does. */
export const VMQ_TIME = /^\d{10,13}$/

export interface VmqPush extends Sender {
  /** By the phone's clock: Unix seconds with 10 digits, else milliseconds. */
  readonly t: string
  readonly type: string
  readonly price: string
  readonly sign: string
}

const TYPES: Readonly<Record<string, Channel>> = { '1': 'wechat', '2': 'alipay' }

/**
 * The app that never retries and the one that retries with a new time are both served: what is equal to the last
 * character is the same notice, anything else is one of its own.
 *
 * @throws whatever kept the notice from being safe
 */
export async function receiveVmqPush(
  shop: Shop,
  spool: Spool<Notice>,
  push: VmqPush,
): Promise<NoticeOutcome | 'bad_signature'> {
  const at = shop.now()
  const { t, type, price } = push
  const device = await findSigner(shop, vmqSignature(type, price, t), push.sign)
  if (!device) return 'bad_signature'
  const sign = { ...signOf(push), offsetMs: timeOf(t) - at }
  return keepNotice(
    shop,
    spool,
    { device, at, sign },
    {
      rawPrice: price,
      rawType: type,
      channel: TYPES[type],
      amountCents: findYuan(price),
      once: { key: digest('vmq', device.id, type, price, t), content: digest() },
      ...(isAmbiguous(push, at) && { warning: 'ambiguous' }),
      newer: false,
    },
  )
}

export interface VmqBeat extends Sender {
  readonly t: string
  readonly sign: string
}

/**
 * A phone whose clock is wrong is alive all the same, but a far time that is none after the last is one that somebody
 * saw and sends again. Works without the database too.
 */
export async function receiveVmqBeat(
  shop: Shop,
  beat: VmqBeat,
): Promise<'alive' | 'clock' | 'address' | 'old_form' | 'bad_signature'> {
  const device = await findSigner(shop, vmqSignature(beat.t), beat.sign)
  if (!device) return 'bad_signature'
  if (!device.binding(beat.address)) return 'address'
  if (device.newerOnly) return 'old_form'
  const sign = { ...signOf(beat), offsetMs: timeOf(beat.t) - shop.now() }
  try {
    if (await isBeforeLast(shop, device.id, sign)) {
      await noteTurnedBack(shop, device)
      return 'clock'
    }
    await noteBeat(shop, device, sign)
  } catch (error) {
    shop.log.warn({ err: error }, 'a heartbeat was not noted')
  }
  return 'alive'
}

function timeOf(t: string): number {
  return t.length === 10 ? Number(t) * 1000 : Number(t)
}

/**
 * The signature covers the fields without their bounds, so whoever saw one message can move digits from one field to
 * the next: `1.0` at `1763…` is signed like `1.01` at `763…`, and a heartbeat like a push of a few yuan. A message is
 * taken at its word only when no other reading of its characters lies nearer to the present, and none at all in the
 * years behind us with a time in milliseconds: their last ten digits are seconds of some other day.
 */
function isAmbiguous({ t, type, price }: VmqPush, now: number): boolean {
  if (VMQ_TIME.test(type + price + t)) return true
  const fields = price + t
  return [10, 11, 12, 13].some((length) => {
    const otherT = fields.slice(-length)
    const isReading = VMQ_TIME.test(otherT) && findYuan(fields.slice(0, -length)) !== undefined
    return isReading && length !== t.length && isLikelier(otherT, t, now)
  })
}

const DAY_MS = 86_400_000

/** No phone that sends milliseconds has sent any before. */
const FIRST_MS = Date.UTC(2017, 0)

function isLikelier(otherT: string, t: string, now: number): boolean {
  const other = timeOf(otherT)
  const isPast = otherT.length === 13 && t.length < 13 && other > FIRST_MS && other < now + DAY_MS
  return isPast || Math.abs(other - now) < Math.abs(timeOf(t) - now)
}
