/** I2, I3, I8, I10: a payment pays at most one order, an order is paid once, and the sums agree. */
import type { OrderRow, PaymentRow } from '../../sql/schema.ts'
import { groupBy, type Rows } from './invariant-rows.ts'
import { listGiven } from './invariant-slots.ts'

const SETTLING = ['matched', 'late', 'assigned']
const AUTOMATIC = ['matched', 'late']
const LINKED = [...SETTLING, 'surplus', 'suggested']

/** Money as the wire says it, read a second time and in another way than the program does. */
const YUAN = /^(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,2})?$/

export function* checkPayments(rows: Rows): Generator<string> {
  for (const payment of rows.payments) {
    yield* checkReading(rows, payment)
    yield* checkMatch(rows, payment)
  }
  const settling = groupBy(
    rows.payments.filter(({ settles_order_id }) => settles_order_id !== null),
    ({ settles_order_id }) => settles_order_id ?? '',
  )
  for (const order of rows.orders.values()) {
    const kinds = (settling.get(order.id) ?? []).map(({ match_kind }) => match_kind)
    const expected = order.paid_by === null || order.paid_by === 'marked' ? '' : order.paid_by
    if (kinds.join() !== expected)
      yield `I2: order ${order.id}, paid by ${order.paid_by}, has the payments [${kinds.join()}]`
    if (order.paid_by === 'marked' && !rows.acts.has(`orders.mark-paid ${order.id}`))
      yield `I10: nobody is named for marking ${order.id} as paid`
  }
}

function* checkReading(rows: Rows, payment: PaymentRow): Generator<string> {
  const { id, account_id, channel, amount_cents, raw_price, raw_type } = payment
  if (payment.match_kind === 'quarantined' || (payment.match_kind === 'assigned' && amount_cents === null)) {
    if (account_id !== null || channel !== null || amount_cents !== null)
      yield `I3: payment ${id} is ${payment.match_kind}, unreadable and read as money`
    return
  }
  const cents = YUAN.test(raw_price) ? Math.round(Number(raw_price) * 100) : 0
  if (amount_cents !== cents || cents === 0)
    yield `I3: payment ${id} of "${raw_price}" was read as ${amount_cents}`
  // The words of V免签 for the channels; of a notification that was read here, its app stands in their place.
  const named = { '1': 'wechat', '2': 'alipay' }[raw_type] ?? raw_type
  if (
    (payment.raw_text === null && channel !== named) ||
    rows.accounts.get(account_id ?? '')?.channel !== channel
  )
    yield `I3: payment ${id} of "${raw_type}" was read as ${channel} of ${account_id}`
}

function* checkMatch(rows: Rows, payment: PaymentRow): Generator<string> {
  const { id, match_kind: match, order_id, settles_order_id } = payment
  const order = order_id === null ? undefined : rows.orders.get(order_id)
  if (LINKED.includes(match) !== (order !== undefined)) yield `I2: payment ${id} is ${match} of ${order_id}`
  if (settles_order_id !== (SETTLING.includes(match) ? order_id : null))
    yield `I2: payment ${id} is ${match} and settles ${settles_order_id}`
  const isAssigned = rows.cases.get(id)?.state === 'assigned'
  if (isAssigned !== (match === 'assigned')) yield `I2: payment ${id} is ${match}, its case says otherwise`
  if (match === 'assigned' && !rows.acts.has(`payments.assigning ${id}`))
    yield `I10: nobody is named for assigning ${id}`
  if (AUTOMATIC.includes(match) && rows.cases.has(id)) yield `I2: the ${match} payment ${id} has a case`
  if (order && AUTOMATIC.includes(match)) yield* checkAutomatic(rows, payment, order)
}

/** Account, channel and amount are the order's, which had been given them when the money came, and in time. */
function* checkAutomatic(rows: Rows, payment: PaymentRow, order: OrderRow): Generator<string> {
  const { id, match_kind: match, account_id, channel, amount_cents } = payment
  const at = payment.happened_at ?? payment.received_at
  if (at > payment.received_at) yield `I2: payment ${id} happened after it was received`
  if (payment.warning !== null && payment.warning !== 'merged')
    yield `I2: payment ${id} paid ${order.id} although ${payment.warning}`
  const given = listGiven(rows.events.get(order.id)).filter(
    (one) => one.channel === channel && one.amountCents === amount_cents && one.at <= at,
  )
  if (given.length === 0)
    yield `I2: payment ${id} of ${amount_cents} paid ${order.id}, which did not hold that amount`
  if (account_id !== order.account_id || channel !== order.channel || amount_cents !== order.due_cents)
    yield `I2: payment ${id} of ${amount_cents} paid ${order.id} of ${order.due_cents}`
  if (match === 'matched' && at > order.expires_at)
    yield `I2: payment ${id} matched ${order.id} after its end`
  if (match === 'late' && (at <= order.expires_at || at > order.late_until))
    yield `I2: payment ${id} is late for ${order.id}, received at ${at}`
}

/** Cents of matched and late payments are the cents due of the orders that they paid. */
export function* checkSums(rows: Rows): Generator<string> {
  const sum = (cents: readonly (number | null)[]) =>
    cents.reduce<number>((total, one) => total + (one ?? 0), 0)
  const came = rows.payments.filter(({ match_kind }) => AUTOMATIC.includes(match_kind))
  const paid = [...rows.orders.values()].filter(({ paid_by }) => AUTOMATIC.includes(paid_by ?? ''))
  const [in_, due] = [sum(came.map((one) => one.amount_cents)), sum(paid.map((one) => one.due_cents))]
  if (in_ !== due) yield `I8: ${in_} cents came in for orders of ${due} cents`
}
