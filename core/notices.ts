/** A listener's report on its way in: signature first, then reading, then a row, or the spool while there is no database. */
import { nanoid } from 'nanoid'
import { isAway } from '../com/db/index.ts'
import type { Spool } from '../com/spool.ts'
import { raiseAlert } from './alerts.ts'
import { noteListener } from './listeners.ts'
import { findSigner } from './signers.ts'
import { findYuan } from './money.ts'
import { recordPayment, type Notice } from './payments.ts'
import type { Shop } from './shop.ts'
import { CHANNELS, type MatchKind } from './vocabulary.ts'

/** The message as it came, not a character changed. */
export interface RawNotice {
  readonly price: string
  readonly type: string
  readonly sign: string
  readonly address: string
}

/** `spooled`: safe on this machine's disk, recorded when the database is back. */
export type NoticeOutcome = MatchKind | 'spooled' | 'bad_signature'

/** @throws whatever kept the notice from being safe: the listener must not be told that it was accepted. */
export async function receiveNotice(
  shop: Shop,
  spool: Spool<Notice>,
  raw: RawNotice,
): Promise<NoticeOutcome> {
  const arrivedAt = shop.now() // the database may keep everyone waiting before it turns out to be away
  const device = await findSigner(shop, raw.price + raw.type, raw.sign)
  if (!device) return 'bad_signature'
  const notice = readNotice(raw, device.id, device.accounts)
  try {
    const { match } = await recordPayment(shop, notice)
    afterwards(shop, notice, match)
    return match
  } catch (error) {
    if (!isAway(error)) throw error
    await spool.append({ ...notice, receivedAt: arrivedAt })
    shop.log.warn({ spooled: spool.size() }, 'the database is away: a notice was spooled')
    return 'spooled'
  }
}

/** Brings spooled notices in, oldest first, once the database is back. @returns how many. */
export async function drainSpool(shop: Shop, spool: Spool<Notice>): Promise<number> {
  if (spool.size() === 0) return 0
  return spool.drain(async (notice) => {
    try {
      await recordPayment(shop, notice)
    } catch (error) {
      shop.log.warn({ waiting: spool.size(), err: error }, 'spooled notices wait')
      if (isAway(error)) throw error
      await keepForTheSeller(shop, notice)
    }
  })
}

/** Recording it failed by itself: kept as it came, without money, so that it holds up none behind it. */
async function keepForTheSeller(shop: Shop, { money: _unsettled, ...notice }: Notice): Promise<void> {
  await recordPayment(shop, notice)
  await raiseAlert(shop, 'notice_quarantined', notice.paymentId)
}

/** Amounts that are not money by the one grammar of this shop are kept as they came, without money. */
function readNotice(raw: RawNotice, listenerId: string, accounts: ReadonlyMap<string, string>): Notice {
  const channel = CHANNELS.find((one) => one === raw.type)
  const amountCents = findYuan(raw.price)
  const accountId = channel && accounts.get(channel)
  const money = channel && accountId && amountCents ? { accountId, channel, amountCents } : undefined
  return {
    paymentId: nanoid(),
    listenerId,
    rawPrice: raw.price,
    rawType: raw.type,
    ...(money && { money }),
    address: raw.address,
  }
}

/** Not part of what the listener waits for; a failure here loses nothing. */
function afterwards(shop: Shop, notice: Notice, match: MatchKind): void {
  const work = async () => {
    await noteListener(shop, notice.listenerId, 'noticed_at', notice.address)
    if (match === 'quarantined') await raiseAlert(shop, 'notice_quarantined', notice.paymentId)
  }
  work().catch((error: unknown) => shop.log.warn({ error: String(error) }, 'a sign of life was not noted'))
}
