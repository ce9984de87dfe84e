/** The timeline in words. */
import type { OrderEvent } from '../../../api/contract/admin-orders.ts'
import { formatYuan } from '../../../core/money.ts'
import { CHANNELS, PAID_BY, type EventKind } from '../../../core/vocabulary.ts'
import { faultWords } from '../developers/fault-words.ts'
import { formatTime } from '../shop-time.ts'
import { t } from '../texts/orders.ts'
import { word } from '../texts/words.ts'

type Text = Parameters<typeof t>[0]

interface Fact {
  readonly label: string
  readonly value: string
}

const KINDS: Record<EventKind, Text> = {
  placed: 'eventPlaced',
  channel_changed: 'eventChannelChanged',
  extended: 'eventExtended',
  expired: 'eventExpired',
  cancelled: 'eventCancelled',
  paid: 'eventPaid',
  waiting_stock: 'eventWaitingStock',
  delivered: 'eventDelivered',
  surplus: 'eventSurplus',
  suggested: 'eventSuggested',
  reported: 'eventReported',
  mail_sent: 'eventMailSent',
  mail_failed: 'eventMailFailed',
  mail_dead: 'eventMailDead',
  mail_again: 'eventMailAgain',
  noted: 'eventNoted',
  reopened: 'eventReopened',
  callback_done: 'eventCallbackDone',
  callback_failed: 'eventCallbackFailed',
  callback_dead: 'eventCallbackDead',
}

const ACTORS: Readonly<Record<string, Text>> = {
  buyer: 'byBuyer',
  clock: 'byClock',
  listener: 'byListener',
  merchant: 'byMerchant',
}

/** Facts by their name; one that has no label here is shown by its name. */
const LABELS: Readonly<Record<string, Text>> = {
  dueCents: 'due',
  amountCents: 'amount',
  channel: 'channel',
  by: 'paidBy',
  reason: 'reason',
  note: 'note',
  attempts: 'attempts',
  error: 'mailError',
  paidAt: 'saidPaidAt',
  billTail: 'billTail',
  message: 'message',
  found: 'found',
}

/** What happened, in a line, and the facts that say more. */
export function eventWords({ kind, detail }: OrderEvent): { title: string; facts: Fact[] } {
  if (kind === 'paid' && detail.by === 'assigned' && detail.reason === 'inbox') {
    const { by: _by, reason: _reason, ...rest } = detail
    return { title: t('eventPaidInbox'), facts: factWords(rest) }
  }
  if (kind === 'noted' && detail.refund === true) {
    const { refund: _refund, ...rest } = detail
    return { title: t('eventRefunded'), facts: factWords(rest) }
  }
  if (kind.startsWith('callback_') && typeof detail.error === 'string') {
    const { error, ...rest } = detail
    const said = { label: t('siteSaid'), value: faultWords(error) }
    return { title: t(KINDS[kind]), facts: [...factWords(rest), said] }
  }
  const title = kind === 'noted' && detail.note === '' ? 'eventNoteCleared' : KINDS[kind]
  return { title: t(title), facts: factWords(detail) }
}

/** @returns who did it: an admin stands by their own name. */
export function actorWords(actor: string): string {
  const text = ACTORS[actor]
  return text ? t(text) : actor
}

/** The facts that say something, each with its label. */
function factWords(detail: OrderEvent['detail']): Fact[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    if (value === null || value === '') return []
    const label = LABELS[name]
    return [{ label: label ? t(label) : name, value: valueWords(name, value) }]
  })
}

function valueWords(name: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (typeof value === 'number') {
    if (name.endsWith('Cents')) return `¥${formatYuan(value)}`
    return name.endsWith('At') ? formatTime(value) : String(value)
  }
  const known = [...CHANNELS, ...PAID_BY].find((one) => one === value)
  return known && (name === 'channel' || name === 'by') ? word(known) : value
}
