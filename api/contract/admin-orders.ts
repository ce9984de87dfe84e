/** Orders and payments, as the seller sees them. */
import * as z from 'zod/mini'
import {
  CASE_STATES,
  CHANNELS,
  EVENT_KINDS,
  MATCH_KINDS,
  MODES,
  ORDER_STATES,
  PAID_BY,
  PAYMENT_WARNINGS,
  PROTOCOLS,
} from '../../core/vocabulary.ts'
import { CallbackView } from './admin-callbacks.ts'
import { operation } from './operation.ts'
import { MailState, OrderGoods } from './orders.ts'
import { Amount, Channel, Day, Id, IdParams, Page, Sum, Time, line, text } from './words.ts'

export const AdminOrder = z.object({
  id: Id,
  /** Null for a merchant's order. */
  productId: z.nullable(Id),
  productName: z.string(),
  quantity: z.int(),
  priceCents: Amount,
  dueCents: Amount,
  channel: Channel,
  state: z.enum(ORDER_STATES),
  email: z.string(),
  address: z.string(),
  createdAt: Time,
  expiresAt: Time,
  paidAt: z.nullable(Time),
  paidBy: z.nullable(z.enum(PAID_BY)),
  deliveredAt: z.nullable(Time),
  reportedAt: z.nullable(Time),
  sellerNote: z.string(),
  mail: MailState,
  /** Null for an order of the shop itself. */
  merchantId: z.nullable(Id),
  test: z.boolean(),
})
export type AdminOrder = z.output<typeof AdminOrder>

/** Whose order it is, and the number that it has there. */
const Placed = z.object({
  id: Id,
  pid: z.int(),
  name: z.string(),
  protocol: z.enum(PROTOCOLS),
  outTradeNo: z.string(),
})

/** A row of the list. */
export const ListedOrder = z.extend(AdminOrder, { merchant: z.nullable(Placed) })
export type ListedOrder = z.output<typeof ListedOrder>

export const AdminOrderMerchant = z.extend(Placed, {
  /** The number between the site and us. */
  tradeNo: z.string(),
  notifyUrl: z.string(),
  returnUrl: z.string(),
  mode: z.enum(MODES),
})
export type AdminOrderMerchant = z.output<typeof AdminOrderMerchant>

export const AdminPayment = z.object({
  id: Id,
  receivedAt: Time,
  channel: z.nullable(Channel),
  amountCents: z.nullable(Sum),
  /** As the listener sent them. */
  rawPrice: z.string(),
  rawType: z.string(),
  /** What the phone showed, where the amount was read by rules. */
  rawText: z.nullable(z.string()),
  /** When the phone saw it, by the shop's clock; null where it does not say. */
  happenedAt: z.nullable(Time),
  match: z.enum(MATCH_KINDS),
  warning: z.nullable(z.enum(PAYMENT_WARNINGS)),
  /** What the seller decided about it in the inbox; null where nothing was ever decided. */
  caseState: z.nullable(z.enum(CASE_STATES)),
  orderId: z.nullable(Id),
  productName: z.nullable(z.string()),
  listenerName: z.string(),
  address: z.string(),
})
export type AdminPayment = z.output<typeof AdminPayment>

export const OrderEvent = z.object({
  at: Time,
  kind: z.enum(EVENT_KINDS),
  /** `buyer`, `clock`, `listener` or an admin's name. */
  actor: z.string(),
  /** Facts of the event, for showing: amounts in cents, reasons, channels. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type OrderEvent = z.output<typeof OrderEvent>

export const AdminOrderDetail = z.object({
  order: AdminOrder,
  events: z.array(OrderEvent),
  payments: z.array(AdminPayment),
  goods: z.nullable(OrderGoods),
  mailError: z.nullable(z.string()),
  /** Null for an order of the shop itself. */
  merchant: z.nullable(AdminOrderMerchant),
  /** What its merchant's site was told or is to be told, oldest first. */
  callbacks: z.array(CallbackView),
})
export type AdminOrderDetail = z.output<typeof AdminOrderDetail>

/** Filters of the order list and of its export. */
export const OrderFilter = z.strictObject({
  /** An order number, the merchant's too, part of an e-mail or a product's name, or an exact amount such as 0.97. */
  search: z.optional(line(0, 120)),
  state: z.optional(z.enum(ORDER_STATES)),
  channel: z.optional(z.enum(CHANNELS)),
  productId: z.optional(Id),
  /** First and last day, in the shop's time zone. */
  from: z.optional(Day),
  to: z.optional(Day),
  reported: z.optional(z.literal('yes')),
  merchantId: z.optional(Id),
  /** Orders of test mode instead of the others. */
  test: z.optional(z.literal('yes')),
  page: Page,
})
export type OrderFilter = z.output<typeof OrderFilter>

export const PaymentFilter = z.strictObject({
  match: z.optional(z.enum(MATCH_KINDS)),
  channel: z.optional(z.enum(CHANNELS)),
  /** An exact amount such as 0.97. */
  amount: z.optional(z.string().check(z.maxLength(12))),
  from: z.optional(Day),
  to: z.optional(Day),
  page: Page,
})
export type PaymentFilter = z.output<typeof PaymentFilter>

const Reason = line(1, 200)

export const listOrders = operation({
  id: 'listOrders',
  method: 'GET',
  path: '/api/admin/orders',
  summary: 'Orders, newest first. `/api/admin/orders.csv` exports the same filter.',
  audience: 'admin',
  query: OrderFilter,
  reply: z.object({ orders: z.array(ListedOrder), total: z.int() }),
  refusals: ['bad_input'],
})

export const showAdminOrder = operation({
  id: 'showAdminOrder',
  method: 'GET',
  path: '/api/admin/orders/:id',
  summary: 'One order with everything that happened to it.',
  audience: 'admin',
  params: IdParams,
  reply: AdminOrderDetail,
  refusals: ['order_not_found'],
})

export const markPaid = operation({
  id: 'markPaid',
  method: 'POST',
  path: '/api/admin/orders/:id/mark-paid',
  summary: 'Marks an order paid by hand and delivers it. Doing it again changes nothing.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ reason: Reason }),
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'wrong_state'],
})

export const cancelAdminOrder = operation({
  id: 'cancelAdminOrder',
  method: 'POST',
  path: '/api/admin/orders/:id/cancel',
  summary: 'Ends an open order.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ reason: Reason }),
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'wrong_state'],
})

export const deliverByHand = operation({
  id: 'deliverByHand',
  method: 'POST',
  path: '/api/admin/orders/:id/deliver',
  summary: 'Hands over the goods of a paid order whose product is delivered manually.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ text: text(20_000) }),
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'wrong_state', 'bad_input'],
})

export const resendAdminOrder = operation({
  id: 'resendAdminOrder',
  method: 'POST',
  path: '/api/admin/orders/:id/resend',
  summary: 'Mails the goods of a delivered order again.',
  audience: 'admin',
  params: IdParams,
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'wrong_state'],
})

export const noteOrder = operation({
  id: 'noteOrder',
  method: 'PUT',
  path: '/api/admin/orders/:id/note',
  summary: "Keeps the seller's own note on an order.",
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ note: line(0, 500) }),
  reply: AdminOrderDetail,
  refusals: ['order_not_found'],
})

export const payTestOrder = operation({
  id: 'payTestOrder',
  method: 'POST',
  path: '/api/admin/orders/:id/test-pay',
  summary: 'Pays a test order as money would; with another amount no order is paid.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ amountCents: z.optional(Amount) }),
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'bad_input'],
})

export const expireTestOrder = operation({
  id: 'expireTestOrder',
  method: 'POST',
  path: '/api/admin/orders/:id/test-expire',
  summary: 'Ends the time of a test order now.',
  audience: 'admin',
  params: IdParams,
  reply: AdminOrderDetail,
  refusals: ['order_not_found', 'wrong_state'],
})

export const listPayments = operation({
  id: 'listPayments',
  method: 'GET',
  path: '/api/admin/payments',
  summary: 'Everything that arrived, matched or not, newest first.',
  audience: 'admin',
  query: PaymentFilter,
  reply: z.object({
    payments: z.array(AdminPayment),
    total: z.int(),
    /** Of all payments of the filter, per match kind. */
    sums: z.array(z.object({ match: z.enum(MATCH_KINDS), count: z.int(), amountCents: Sum })),
  }),
  refusals: ['bad_input'],
})
