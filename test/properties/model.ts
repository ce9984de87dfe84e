/** The money rules once more, as plain as they can be said: no database, one thing at a time, an exact clock. */
import { DEFAULT_SETTINGS } from '../../core/settings.ts'
import type {
  CaseState,
  Channel,
  DeliveryKind,
  MatchKind,
  OrderState,
  PaidBy,
} from '../../core/vocabulary.ts'

export const S = 1_000
export const HOLD = DEFAULT_SETTINGS.slotHoldS * S
export const COOL = DEFAULT_SETTINGS.slotCoolS * S
export const TTL = DEFAULT_SETTINGS.orderTtlS * S
export const LATE = DEFAULT_SETTINGS.lateAcceptS * S
export const DAY = 24 * 3_600 * S

export interface ModelProduct {
  readonly id: string
  readonly priceCents: number
  readonly kind: DeliveryKind
  readonly most: number
}

export interface ModelOrder {
  readonly id: string
  /** A merchant's, by which its site asks for it; absent for the shop's own. */
  readonly number?: number
  readonly buyer: number
  readonly product: ModelProduct
  readonly quantity: number
  accountId: string
  channel: Channel
  dueCents: number
  state: OrderState
  expiresAt: number
  lateUntil: number
  isExtended: boolean
  expiredAt: number | null
  cancelledAt: number | null
  paidAt: number | null
  paidBy: PaidBy | null
  /** The merchant named the channel. */
  isFixed?: boolean
}

export interface ModelSlot {
  orderId: string
  claimedAt: number
  heldUntil: number
}

export interface ModelMoney {
  readonly accountId: string
  readonly channel: Channel
  readonly amountCents: number
}

export interface ModelPayment {
  readonly id: string
  /** Null: it could not be read as money. */
  readonly money: ModelMoney | null
  readonly receivedAt: number
  match: MatchKind
  orderId: string | null
  /** What the seller decided, if anything. */
  decision: { state: CaseState; orderId: string | null } | null
}

/** An assignment that becomes final unless it is taken back. */
export interface ModelAssignment {
  readonly payment: ModelPayment
  readonly order: ModelOrder
  readonly decision: ModelPayment['decision']
  readonly dueAt: number
}

export interface Model {
  now: number
  readonly orders: ModelOrder[]
  /** By account and amount, from the first claim on. */
  readonly slots: Map<string, ModelSlot>
  readonly payments: ModelPayment[]
  assignments: ModelAssignment[]
  freeKeys: number
  importedKeys: number
}

export function newModel(now: number): Model {
  return { now, orders: [], slots: new Map(), payments: [], assignments: [], freeKeys: 0, importedKeys: 0 }
}

export function slotKey(accountId: string, amountCents: number): string {
  return `${accountId} ${amountCents}`
}

export function priceOf(order: ModelOrder): number {
  return order.product.priceCents * order.quantity
}

export function slotsOf(model: Model, order: ModelOrder): [key: string, slot: ModelSlot][] {
  return [...model.slots].filter(([, slot]) => slot.orderId === order.id && slot.heldUntil >= model.now)
}

/** Moves the end of every claim that the order still has. */
export function hold(model: Model, order: ModelOrder, until: number): void {
  for (const [, slot] of slotsOf(model, order)) slot.heldUntil = until
}

export function settle(model: Model, order: ModelOrder, by: PaidBy): void {
  hold(model, order, model.now + COOL)
  order.paidAt = model.now
  order.paidBy = by
  order.state = 'paid'
  if (order.product.kind === 'shared') order.state = 'delivered'
  if (order.product.kind === 'keys') {
    order.state = 'paid_waiting_stock'
    handKeysOver(model, order)
  }
}

/** All of its keys or none. */
export function handKeysOver(model: Model, order: ModelOrder): void {
  if (model.freeKeys < order.quantity) return
  model.freeKeys -= order.quantity
  order.state = 'delivered'
}

/** What a notice does, row by row as the rules' table has it. */
export function receive(model: Model, payment: ModelPayment): void {
  model.payments.push(payment)
  if (!payment.money) return
  const slot = model.slots.get(slotKey(payment.money.accountId, payment.money.amountCents))
  const order = model.orders.find(({ id }) => id === slot?.orderId)
  const at = payment.receivedAt
  if (!slot || !order || at < slot.claimedAt) return // money from before the claim was not meant for this order
  const isHeld = at <= slot.heldUntil
  if (isHeld && (order.state === 'pending' || order.state === 'expired') && at <= order.lateUntil) {
    slot.heldUntil = model.now + COOL
    settle(model, order, at <= order.expiresAt ? 'matched' : 'late')
    Object.assign(order, shownAs(payment.money))
    payment.match = at <= order.expiresAt ? 'matched' : 'late'
  } else if (isHeld && order.paidAt !== null && at <= order.paidAt + COOL) payment.match = 'surplus'
  else if (at <= slot.heldUntil + DAY) payment.match = 'suggested'
  else return
  payment.orderId = order.id
}

function shownAs({ accountId, channel, amountCents }: ModelMoney) {
  return { accountId, channel, dueCents: amountCents }
}

export function expire(model: Model): void {
  for (const order of model.orders) {
    if (order.state !== 'pending' || order.expiresAt > model.now) continue
    order.state = 'expired'
    order.expiredAt = model.now
  }
}
