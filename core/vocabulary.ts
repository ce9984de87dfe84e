/** The shop's words. Imports nothing, so that every layer and the browser may import it. */

/** Where money arrives. These are also the wire words of the listener's protocol. */
export const CHANNELS = ['wechat', 'alipay'] as const
export type Channel = (typeof CHANNELS)[number]

/** The wallets' apps on Android, by their packages. */
export const WALLET_APPS = {
  wechat: 'com.tencent.mm',
  alipay: 'com.eg.android.AlipayGphone',
} as const satisfies Record<Channel, string>

export const ORDER_STATES = [
  'pending',
  'paid',
  'paid_waiting_stock',
  'delivered',
  'expired',
  'cancelled',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What a payment turned out to be. Only `matched`, `late` and `assigned` payments pay an order. */
export const MATCH_KINDS = [
  'matched',
  'late',
  'surplus',
  'suggested',
  'unmatched',
  'assigned',
  'quarantined',
] as const
export type MatchKind = (typeof MATCH_KINDS)[number]

/** Payments that wait for the seller's decision. */
export const OPEN_MATCHES = ['unmatched', 'suggested', 'surplus', 'quarantined'] as const

/**
 * What is to be told of a payment beside its match. `clock`: the phone's clock is far off. `old_form`: could have been
 * sent again by whoever saw it. `address`: from where its device may not report. `reused`: with the key of another
 * notice. `ambiguous`, `unread`: a notification that rules read differently, or none. `merged`: may stand for several.
 */
export const PAYMENT_WARNINGS = [
  'clock',
  'old_form',
  'address',
  'reused',
  'ambiguous',
  'unread',
  'merged',
] as const
export type PaymentWarning = (typeof PAYMENT_WARNINGS)[number]

/** What the seller decided about such a payment. `assigning`: can still be taken back; `open`: was taken back. */
export const CASE_STATES = ['open', 'assigning', 'assigned', 'refunded', 'ignored'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** How an order came to be paid; `marked` is by hand and without a payment. */
export const PAID_BY = ['matched', 'late', 'assigned', 'marked'] as const
export type PaidBy = (typeof PAID_BY)[number]

/** `shared`: everyone gets the same text. `keys`: each card key once. `manual`: the seller hands it over. */
export const DELIVERY_KINDS = ['shared', 'keys', 'manual'] as const
export type DeliveryKind = (typeof DELIVERY_KINDS)[number]

export const LOCALES = ['zh-CN', 'en'] as const
export type Locale = (typeof LOCALES)[number]

export const ROLES = ['owner', 'operator', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** What an order's timeline can tell. */
export const EVENT_KINDS = [
  'placed',
  'channel_changed',
  'extended',
  'expired',
  'cancelled',
  'paid',
  'waiting_stock',
  'delivered',
  'surplus',
  'suggested',
  'reported',
  'mail_sent',
  'mail_failed',
  'mail_dead',
  'mail_again',
  'noted',
  'reopened',
  'callback_done',
  'callback_failed',
  'callback_dead',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const JOB_KINDS = ['delivery_mail', 'lookup_mail', 'assign_payment', 'callback'] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** How a device reports: the project's own protocol, the V免签 app's, or a forwarder of raw notifications. */
export const LISTENER_DIALECTS = ['own', 'vmq', 'forwarder'] as const
export type ListenerDialect = (typeof LISTENER_DIALECTS)[number]

/**
 * What a notification means. `doubt`: looks like money that no rule can read; kept, and told to the seller. `alert`:
 * only told. `merged` reads how many messages a notification stands for, `total` the wallet's own count of the day.
 */
export const RULE_KINDS = ['money', 'alert', 'doubt', 'ignore', 'merged', 'total'] as const
export type RuleKind = (typeof RULE_KINDS)[number]

export const ALERT_KINDS = [
  'bad_signatures',
  'mail_dead',
  'notice_quarantined',
  'listener_new_address',
  'callback_dead',
  'endpoint_gone',
  'listener_unbound',
  'listener_old_form',
  'listener_clock',
  'listener_silent',
  'notice_unread',
  'notice_transfer',
  'notice_gap',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** How a merchant's site takes payments: 易支付, V免签, the order API of the Api edition, our own API. */
export const PROTOCOLS = ['epay', 'vmq', 'api_edition', 'v1'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** Orders of `test` are paid by a call instead of money, and count nowhere. */
export const MODES = ['live', 'test'] as const
export type Mode = (typeof MODES)[number]

/** `md5` is the one key of the older protocols; the others are bearer keys of our own API. */
export const MERCHANT_KEY_KINDS = ['md5', 'live', 'test'] as const
export type MerchantKeyKind = (typeof MERCHANT_KEY_KINDS)[number]

/** What a bearer key may do. */
export const SCOPES = ['orders:read', 'orders:write', 'webhooks'] as const
export type Scope = (typeof SCOPES)[number]

/** What a merchant's site can be told. The older protocols know only that an order was paid. */
export const WEBHOOK_EVENTS = [
  'order.created',
  'order.paid',
  'order.paid_late',
  'order.expired',
  'order.closed',
  'payment.unmatched',
  'device.offline',
  'device.online',
  'test.ping',
] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** `waiting`: for its first attempt or its next. `dead`: given up. */
export const CALLBACK_STATES = ['waiting', 'delivered', 'dead'] as const
export type CallbackState = (typeof CALLBACK_STATES)[number]
