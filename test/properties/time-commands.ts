/** Time, and what the clock does as it goes on. */
import fc from 'fast-check'
import { expireOrders, graceAfterOutage, noteAlive } from '../../core/expiry.ts'
import { runDueJobs } from '../../core/jobs.ts'
import { DEFAULT_SETTINGS } from '../../core/settings.ts'
import { anyOf, command, hasOrders, often, orderName, pick } from './command.ts'
import { COOL, DAY, expire, hold, HOLD, S, settle, slotKey, slotsOf, type Model } from './model.ts'
import type { ModelAssignment, ModelOrder } from './model.ts'
import { findAssigned, findDelivered } from './observed.ts'
import type { World } from './world.ts'

const REST = DEFAULT_SETTINGS.slotRestS * S
const GRACE = DEFAULT_SETTINGS.startupGraceS * S
const AWAY = 15 * S

function passTime(model: Model, world: World, ms: number): string {
  model.now += ms
  world.setTime(model.now)
  return `${ms / S} s pass`
}

/** The moments at which something about an order changes. */
const MOMENTS = {
  end: (order: ModelOrder) => order.expiresAt,
  'late end': (order: ModelOrder) => order.lateUntil,
  'end of the hold': (order: ModelOrder, held: number) => held || order.expiresAt + HOLD,
  'end of the rest': (_: ModelOrder, held: number) => held + REST,
  'end of the day': (_: ModelOrder, held: number) => held + DAY,
  'end of the cooling': (order: ModelOrder) => (order.paidAt ?? 0) + COOL,
} as const

interface Moment {
  readonly which: number
  readonly moment: keyof typeof MOMENTS
  /** Milliseconds beside it. */
  readonly beside: number
}

async function waitFor(model: Model, world: World, { which, moment, beside }: Moment): Promise<string> {
  const order = pick(model.orders, which)
  const slot = model.slots.get(slotKey(order.accountId, order.dueCents))
  const held = slot?.orderId === order.id ? slot.heldUntil : 0
  const ms = MOMENTS[moment](order, held) + beside - model.now
  if (ms <= 0) return `${moment}: is over`
  return `${moment} of ${orderName(model, order.id)} ${beside} ms: ${passTime(model, world, ms)}`
}

async function expireAll(model: Model, world: World): Promise<string> {
  await expireOrders(world.shop)
  expire(model)
  return ''
}

async function runJobs(model: Model, world: World): Promise<string> {
  while ((await runDueJobs(world.shop, world.handlers)) > 0) continue
  const due = model.assignments.filter(({ dueAt }) => dueAt <= model.now)
  model.assignments = model.assignments.filter(({ dueAt }) => dueAt > model.now)
  const [assigned, delivered] = [await findAssigned(world), await findDelivered(world)]
  const rank = ({ payment, order }: ModelAssignment) =>
    (assigned.has(payment.id) ? 0 : 2) + (delivered.has(order.id) ? 0 : 1)
  for (const assignment of due.sort((a, b) => rank(a) - rank(b))) becomeFinal(model, assignment)
  return `${due.length} assignments due`
}

function becomeFinal(model: Model, { payment, order, decision }: ModelAssignment): void {
  if (payment.decision !== decision || decision?.state !== 'assigning') return
  if (order.paidAt !== null) {
    payment.decision = { state: 'open', orderId: null }
    return
  }
  settle(model, order, 'assigned')
  decision.state = 'assigned'
  payment.match = 'assigned'
  payment.orderId = order.id
}

/** The shop is away and comes back: orders that ended meanwhile get the grace, as far as their amounts are theirs. */
async function outage(model: Model, world: World, seconds: number): Promise<string> {
  await noteAlive(world.shop)
  const aliveAt = model.now
  passTime(model, world, seconds * S)
  await graceAfterOutage(world.shop)
  const graceUntil = model.now + GRACE
  for (const order of model.orders) {
    const isOpen = order.state === 'pending' || order.state === 'expired'
    const endedMeanwhile = order.lateUntil >= aliveAt && order.lateUntil < graceUntil
    if (model.now - aliveAt <= AWAY || !isOpen || !endedMeanwhile) continue
    if (slotsOf(model, order).length === 0) continue
    hold(model, order, graceUntil + HOLD)
    order.lateUntil = graceUntil
  }
  return `of ${seconds} s`
}

const seconds = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 61, max: 1_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 30_000 }) },
)
const moments = fc.record({
  which: anyOf,
  moment: fc.constantFrom(...(Object.keys(MOMENTS) as (keyof typeof MOMENTS)[])),
  beside: fc.integer({ min: -1, max: 1 }),
})

export const timeCommands = [
  ...often(
    3,
    command('wait:', seconds, async (model, world, count) => passTime(model, world, count * S)),
  ),
  ...often(4, command('wait for', moments, waitFor, hasOrders)),
  ...often(2, command('expire', fc.constant(null), expireAll)),
  ...often(2, command('run jobs', fc.constant(null), runJobs)),
  command('outage', fc.integer({ min: 10, max: 300 }), outage),
]
