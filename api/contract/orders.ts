/** Placing an order, following it, and getting the goods. */
import * as z from 'zod/mini'
import { DELIVERY_KINDS, ORDER_STATES, PAID_BY } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Amount, Channel, Done, Email, Id, IdParams, Locale, Time, line } from './words.ts'

export const OrderCode = z.object({
  /** The code carries the amount itself; otherwise the buyer types it. */
  fixed: z.boolean(),
  payload: z.string(),
  /** Path of a PNG of at least 720 px. */
  pictureUrl: z.string(),
  /** Opens Alipay with payee and amount filled in; null where the account has none. */
  amountLink: z.nullable(z.string()),
  /** There is no code: what the picture shows is the link itself. */
  linkOnly: z.boolean(),
})

export const OrderGoods = z.object({
  kind: z.enum(DELIVERY_KINDS),
  /** One entry per card key, or the one text that was handed over. */
  items: z.array(z.string()),
  note: z.string(),
})

/** The e-mail that carries the goods: not yet asked for, on its way, accepted by the mail server, or given up. */
export const MailState = z.enum(['none', 'waiting', 'sent', 'dead'])

/** The site for which a buyer pays. */
export const OrderMerchant = z.object({
  name: z.string(),
  /** Once it is paid: where the buyer goes back to, signed as the site's protocol wants it. */
  returnUrl: z.nullable(z.string()),
  /** The seller knows this address: the browser may go there by itself. */
  returnTrusted: z.boolean(),
})

export const OrderView = z.object({
  id: Id,
  /** Null for a merchant's order. */
  productId: z.nullable(Id),
  productName: z.string(),
  /** How the product is handed over now; what was handed over says it in `goods`. */
  deliveryKind: z.enum(DELIVERY_KINDS),
  quantity: z.int(),
  /** List price of the whole order. */
  priceCents: Amount,
  /** Exactly what must be paid, or what was due when it was paid. */
  dueCents: Amount,
  channel: Channel,
  state: z.enum(ORDER_STATES),
  createdAt: Time,
  expiresAt: Time,
  /** Money that arrives until then still settles the order by itself. */
  lateUntil: Time,
  paidAt: z.nullable(Time),
  paidBy: z.nullable(z.enum(PAID_BY)),
  deliveredAt: z.nullable(Time),
  serverTime: Time,
  /** Only while it may still be paid with it. */
  code: z.nullable(OrderCode),
  canExtend: z.boolean(),
  otherChannels: z.array(Channel),
  /** The buyer said that it was paid; the seller looks into it. */
  reportedAt: z.nullable(Time),
  maskedEmail: z.string(),
  mail: MailState,
  /** The caller proved that the order is theirs. */
  proven: z.boolean(),
  /** What the seller says to whoever bought it; empty without proof, and until it is paid. */
  purchaseNote: z.string(),
  /** Null without proof, and until delivered. */
  goods: z.nullable(OrderGoods),
  /** Null for an order of the shop itself. */
  merchant: z.nullable(OrderMerchant),
  /** Nobody pays it: money sent for it is lost to the order. */
  test: z.boolean(),
})
export type OrderView = z.output<typeof OrderView>

export const OrderSummary = z.object({
  id: Id,
  productName: z.string(),
  quantity: z.int(),
  dueCents: Amount,
  channel: Channel,
  state: z.enum(ORDER_STATES),
  createdAt: Time,
  expiresAt: Time,
})
export type OrderSummary = z.output<typeof OrderSummary>

export const placeOrder = operation({
  id: 'placeOrder',
  method: 'POST',
  path: '/api/orders',
  summary:
    "Places an order and reserves an amount for it, or gives back this browser's open order for the same.",
  audience: 'anyone',
  buyerToken: true,
  body: z.strictObject({
    productId: Id,
    quantity: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
    email: Email,
    channel: Channel,
    locale: z.optional(Locale),
  }),
  reply: z.object({
    order: OrderView,
    /** The proof that the order is this browser's. Send it as `X-Buyer-Token` from now on. */
    buyerToken: z.string(),
    /** True when the browser already had this order open. */
    resumed: z.boolean(),
  }),
  status: 201,
  refusals: [
    'bad_input',
    'bad_email',
    'product_not_found',
    'off_sale',
    'out_of_stock',
    'channel_unavailable',
    'no_code_for_price',
    'no_free_amount',
    'too_many_open_orders',
    'too_many_requests',
  ],
})

export const listOwnOrders = operation({
  id: 'listOwnOrders',
  method: 'GET',
  path: '/api/orders',
  summary: 'The latest orders of the browser that sends its token.',
  audience: 'anyone',
  buyerToken: true,
  reply: z.object({ orders: z.array(OrderSummary) }),
  refusals: [],
})

export const showOrder = operation({
  id: 'showOrder',
  method: 'GET',
  path: '/api/orders/:id',
  summary: 'State of an order; with proof also the goods. `/events` below it is the live stream of the same.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  reply: OrderView,
  refusals: ['order_not_found', 'too_many_requests'],
})

export const cancelOrder = operation({
  id: 'cancelOrder',
  method: 'POST',
  path: '/api/orders/:id/cancel',
  summary: 'Ends an open order.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  reply: OrderView,
  refusals: ['order_not_found', 'proof_needed', 'wrong_state'],
})

export const extendOrder = operation({
  id: 'extendOrder',
  method: 'POST',
  path: '/api/orders/:id/extend',
  summary: 'Gives an open order its time once more, once.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  reply: OrderView,
  refusals: ['order_not_found', 'proof_needed', 'wrong_state'],
})

export const changeChannel = operation({
  id: 'changeChannel',
  method: 'POST',
  path: '/api/orders/:id/channel',
  summary: 'Pays an open order on the other channel, with an amount of its own. The first amount stays held.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  body: z.strictObject({ channel: Channel }),
  reply: OrderView,
  refusals: [
    'order_not_found',
    'proof_needed',
    'wrong_state',
    'channel_unavailable',
    'no_code_for_price',
    'no_free_amount',
    'too_many_requests',
  ],
})

export const noteLinkOpened = operation({
  id: 'noteLinkOpened',
  method: 'POST',
  path: '/api/orders/:id/link-opened',
  summary: 'The buyer followed the link with the amount: counted, so that the seller sees how well it works.',
  audience: 'anyone',
  params: IdParams,
  reply: Done,
  refusals: [],
})

export const reportPaid = operation({
  id: 'reportPaid',
  method: 'POST',
  path: '/api/orders/:id/report',
  summary: '“I have paid but nothing happens”: tells the seller, who decides.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  body: z.strictObject({
    amountCents: z.optional(Amount),
    paidAt: z.optional(Time),
    /** The last digits of the bill's number. */
    billTail: z.optional(z.string().check(z.regex(/^\d{0,8}$/))),
    message: z.optional(line(0, 300)),
  }),
  reply: z.object({
    order: OrderView,
    /** A payment that no order has was seen near the time and amount. */
    found: z.boolean(),
  }),
  refusals: ['order_not_found', 'proof_needed', 'wrong_state', 'too_many_requests'],
})

export const resendGoods = operation({
  id: 'resendGoods',
  method: 'POST',
  path: '/api/orders/:id/resend',
  summary: 'Mails the goods of a delivered order again to the address it was placed with.',
  audience: 'anyone',
  buyerToken: true,
  params: IdParams,
  reply: Done,
  refusals: ['order_not_found', 'proof_needed', 'wrong_state', 'too_many_requests'],
})

export const mailOrderLinks = operation({
  id: 'mailOrderLinks',
  method: 'POST',
  path: '/api/order-links',
  summary: 'Mails links to the orders of an address. Answers the same whether the address is known or not.',
  audience: 'anyone',
  body: z.strictObject({ email: Email, locale: z.optional(Locale) }),
  reply: Done,
  refusals: ['bad_email', 'too_many_requests'],
})
