/** What became of a notice, and what the seller is told of it. */
import { raiseAlert } from './alerts.ts'
import { noteDayTotal } from './day-counts.ts'
import type { Notice, Recorded } from './payments.ts'
import type { Shop } from './shop.ts'
import { getListener } from './listeners.ts'
import type { AlertKind, MatchKind, PaymentWarning } from './vocabulary.ts'

/**
 * `spooled`: safe on this machine's disk, recorded when the database is back. `no_account`: quarantined because its
 * device reports for no account on that channel.
 */
export type NoticeOutcome = MatchKind | Exclude<PaymentWarning, 'merged'> | 'spooled' | 'no_account'

export function outcomeOf({ match, warning }: Recorded): NoticeOutcome {
  return warning === undefined || warning === 'merged' ? match : warning
}

interface Telling {
  readonly kind: AlertKind
  /** What the alert is about: one is open for each. */
  readonly subject: (notice: Notice, device: string) => string
}

const theNotice = ({ paymentId }: Notice) => paymentId
const theText = ({ rawText, paymentId }: Notice) => rawText?.slice(0, 200) ?? paymentId
const theDevice = (_: Notice, device: string) => device

const TELLINGS: Partial<Record<NoticeOutcome, Telling>> = {
  quarantined: { kind: 'notice_quarantined', subject: theNotice },
  reused: { kind: 'notice_quarantined', subject: theNotice },
  ambiguous: { kind: 'notice_quarantined', subject: theNotice },
  unread: { kind: 'notice_unread', subject: theText },
  address: { kind: 'listener_unbound', subject: ({ address }) => address },
  old_form: { kind: 'listener_old_form', subject: theDevice },
  clock: { kind: 'listener_clock', subject: theDevice },
}

/** Raises what a recorded notice gives rise to; nothing when it repeats another. */
export async function tellSeller(shop: Shop, notice: Notice, recorded: Recorded): Promise<void> {
  const telling = TELLINGS[outcomeOf(recorded)]
  if (recorded.repeated || (!telling && !notice.dayTotal)) return
  const { name } = await getListener(shop, notice.listenerId)
  if (recorded.match !== 'quarantined') await noteDayTotal(shop, notice, name)
  if (!telling) return
  await raiseAlert(shop, telling.kind, telling.subject(notice, name), { listenerId: notice.listenerId })
}
