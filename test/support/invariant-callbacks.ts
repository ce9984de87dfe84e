/** I7: whoever asked to be told of a paid order is told once, and what is told is delivered, dead or on its way. */
import type { CallbackRow, MerchantOrderRow, OrderRow } from '../../sql/schema.ts'
import { groupBy, type Rows } from './invariant-rows.ts'

const PAID_EVENTS = ['order.paid', 'order.paid_late']

export function* checkCallbacks(rows: Rows): Generator<string> {
  const firsts = rows.callbacks.filter((callback) => callback.redelivery_of === null)
  const ofOrder = groupBy(firsts, (callback) => callback.order_id ?? '')
  for (const asked of rows.asked.values()) {
    const order = rows.orders.get(asked.order_id)
    if (order) yield* checkTold(order, asked, ofOrder.get(order.id) ?? [])
    else yield `I7: ${asked.out_trade_no} was asked for and is no order`
  }
  for (const callback of rows.callbacks) yield* checkCallback(rows, callback)
  yield* checkTimelines(rows)
}

/** The address that the order itself named; endpoints are told of what they name. */
function* checkTold(
  order: OrderRow,
  asked: MerchantOrderRow,
  callbacks: readonly CallbackRow[],
): Generator<string> {
  const told = callbacks
    .filter(({ endpoint_id, event }) => endpoint_id === null && PAID_EVENTS.includes(event))
    .map(({ event }) => event)
  const event = order.paid_by === 'late' ? 'order.paid_late' : 'order.paid'
  const expected = order.paid_at !== null && asked.notify_url !== '' ? [event] : []
  if (told.join() !== expected.join())
    yield `I7: order ${order.id}, paid by ${order.paid_by}, tells its site [${told.join()}]`
  if (callbacks.some(({ mode }) => mode !== asked.mode))
    yield `I7: order ${order.id} of ${asked.mode} mode is told in the other mode`
}

/** A callback and its job say the same. */
function* checkCallback(rows: Rows, callback: CallbackRow): Generator<string> {
  const job = rows.jobs.get(`callback:${callback.id}`)
  if (!job) {
    if (callback.event !== 'test.ping') yield `I7: callback ${callback.id} has no job`
    return
  }
  const said = [callback.delivered_at !== null, callback.dead_at !== null].join()
  const done = [job.done_at !== null, job.dead_at !== null].join()
  if (said !== done)
    yield `I7: callback ${callback.id} is delivered, dead: ${said}, its job done, dead: ${done}`
  if (said === 'true,true') yield `I7: callback ${callback.id} is both delivered and dead`
}

function* checkTimelines(rows: Rows): Generator<string> {
  const delivered = rows.callbacks.filter((callback) => callback.delivered_at !== null)
  const ofOrder = groupBy(delivered, (callback) => callback.order_id ?? '')
  for (const id of rows.asked.keys()) {
    const tales = rows.events.get(id)?.filter(({ kind }) => kind === 'callback_done').length ?? 0
    const count = ofOrder.get(id)?.length ?? 0
    if (tales !== count) yield `I7: ${count} callbacks of order ${id} arrived, its timeline tells of ${tales}`
  }
}
