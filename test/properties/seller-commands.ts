/** What the seller does by hand: decide about odd money, mark orders as paid, bring keys in, hand goods over. */
import fc from 'fast-check'
import { deliverByHand } from '../../core/delivery.ts'
import { assignPayment, closeCase, reopenCase, UNDO_MS } from '../../core/inbox.ts'
import { markPaid } from '../../core/mark-paid.ts'
import { importStock } from '../../core/stock-import.ts'
import { OPEN_MATCHES } from '../../core/vocabulary.ts'
import { SELLER } from '../support/trade.ts'
import { agree, anyOf, attempt, command, hasOrders, hasPayments, often, orderName, pick } from './command.ts'
import { handKeysOver, settle, type Model, type ModelPayment } from './model.ts'
import { findDelivered } from './observed.ts'
import type { World } from './world.ts'

/** Money that waits for a decision. */
function isOpen({ match, decision }: ModelPayment): boolean {
  return OPEN_MATCHES.some((open) => open === match) && (decision === null || decision.state === 'open')
}

async function mark(model: Model, world: World, which: number): Promise<string> {
  const order = pick(model.orders, which)
  agree('done', await attempt(markPaid(world.shop, order.id, 'seen', SELLER)))
  if (order.paidAt !== null) return `${orderName(model, order.id)} changes nothing`
  settle(model, order, 'marked')
  return orderName(model, order.id)
}

async function assign(model: Model, world: World, [at, which]: [number, number]): Promise<string> {
  const payment = pick(model.payments, at)
  const order = pick(model.orders, which)
  const may = isOpen(payment) && order.paidAt === null
  const work = assignPayment(world.shop, payment.id, order.id, SELLER)
  agree(may ? 'done' : 'wrong_state', await attempt(work))
  if (!may) return 'is refused'
  payment.decision = { state: 'assigning', orderId: order.id }
  model.assignments.push({ payment, order, decision: payment.decision, dueAt: model.now + UNDO_MS })
  return `payment ${model.payments.indexOf(payment) + 1} to ${orderName(model, order.id)}`
}

async function takeBack(model: Model, world: World, at: number): Promise<string> {
  const payment = pick(model.payments, at)
  const may = ['assigning', 'refunded', 'ignored'].includes(payment.decision?.state ?? '')
  agree(may ? 'done' : 'wrong_state', await attempt(reopenCase(world.shop, payment.id, SELLER)))
  if (may) payment.decision = { state: 'open', orderId: null }
  return may ? `payment ${model.payments.indexOf(payment) + 1}` : 'is refused'
}

/** The wrong order was tapped: taken back and given to another one in the same moment. */
async function assignElsewhere(
  model: Model,
  world: World,
  [at, wrong, right]: [number, number, number],
): Promise<string> {
  const first = await assign(model, world, [at, wrong])
  const payment = pick(model.payments, at)
  if (payment.decision?.state !== 'assigning') return first
  await takeBack(model, world, at)
  return `${first}, then ${await assign(model, world, [at, right])}`
}

async function close(
  model: Model,
  world: World,
  [at, state]: [number, 'refunded' | 'ignored'],
): Promise<string> {
  const payment = pick(model.payments, at)
  const may = isOpen(payment)
  const work = closeCase(world.shop, payment.id, { state, note: '' }, SELLER)
  agree(may ? 'done' : 'wrong_state', await attempt(work))
  if (may) payment.decision = { state, orderId: payment.orderId }
  return may ? `payment ${model.payments.indexOf(payment) + 1} as ${state}` : 'is refused'
}

async function importKeys(model: Model, world: World, count: number): Promise<string> {
  const product = world.products.find(({ kind }) => kind === 'keys')
  const keys = Array.from({ length: count }, () => `KEY-${(model.importedKeys += 1)}`)
  const options = { dryRun: false, actor: SELLER }
  await importStock(world.shop, product?.id ?? '', keys.join('\n'), options)
  model.freeKeys += count
  await deliverWaiting(model, world)
  return `${count}`
}

/** Longest paid first; of those paid in one moment, the ones that the shop chose. */
async function deliverWaiting(model: Model, world: World): Promise<void> {
  const delivered = await findDelivered(world)
  const rank = (id: string) => (delivered.has(id) ? 0 : 1)
  const waiting = model.orders
    .filter((order) => order.state === 'paid_waiting_stock')
    .sort((a, b) => (a.paidAt ?? 0) - (b.paidAt ?? 0) || rank(a.id) - rank(b.id))
  for (const order of waiting) handKeysOver(model, order)
}

async function handOver(model: Model, world: World, which: number): Promise<string> {
  const order = pick(model.orders, which)
  const may = order.state === 'paid' && order.number === undefined
  agree(may ? 'done' : 'wrong_state', await attempt(deliverByHand(world.shop, order.id, 'goods', SELLER)))
  if (may) order.state = 'delivered'
  return `${orderName(model, order.id)}${may ? '' : ' is refused'}`
}

const hasBoth = (model: Model) => hasOrders(model) && hasPayments(model)

const refundedOrIgnored = fc.constantFrom('refunded' as const, 'ignored' as const)

export const sellerCommands = [
  command('mark paid', anyOf, mark, hasOrders),
  ...often(3, command('assign', fc.tuple(anyOf, anyOf), assign, hasBoth)),
  command('assign elsewhere', fc.tuple(anyOf, anyOf, anyOf), assignElsewhere, hasBoth),
  command('take back', anyOf, takeBack, hasPayments),
  command('close', fc.tuple(anyOf, refundedOrIgnored), close, hasPayments),
  command('hand over', anyOf, handOver, hasOrders),
  ...often(3, command('import keys', fc.integer({ min: 1, max: 3 }), importKeys)),
]
