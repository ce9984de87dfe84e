/** Overview, listeners, settings, audit. */
import * as z from 'zod/mini'
import { ALERT_KINDS, CHANNELS, LISTENER_DIALECTS, MATCH_KINDS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Channel, Done, Id, IdParams, Page, Sum, Time, line, text } from './words.ts'

export const ListenerView = z.object({
  id: Id,
  name: z.string(),
  enabled: z.boolean(),
  checkedAt: z.nullable(Time),
  noticedAt: z.nullable(Time),
  lastAddress: z.nullable(z.string()),
  /** The accounts whose money it reports, at most one on each channel. */
  accountIds: z.array(Id),
  /** The secret is set by LISTENER_SECRET and cannot be changed here. */
  setByEnvironment: z.boolean(),
  dialect: z.enum(LISTENER_DIALECTS),
  /** Addresses and networks from which it may report; an empty list is anywhere. */
  boundTo: z.array(z.string()),
  /** Accepts nothing but the newer signed form. */
  newerOnly: z.boolean(),
  /** Its last notice in a form that does not prove when it was sent. */
  oldFormAt: z.nullable(Time),
  /** Its last heartbeat; null for one that does not beat. */
  heartbeatAt: z.nullable(Time),
  /** Beats, and has been silent for two minutes or more. */
  silent: z.boolean(),
  /** Its clock minus ours, in milliseconds; null while it has not told the time. */
  clockOffsetMs: z.nullable(z.int()),
  /** What its app calls itself. */
  app: z.nullable(z.string()),
  /** Where its notices came from, the latest first; IPv6 as the network of one customer. */
  addresses: z.array(z.object({ network: z.string(), firstAt: Time, lastAt: Time })),
  lastPayment: z.nullable(
    z.object({
      at: Time,
      channel: z.nullable(Channel),
      amountCents: z.nullable(Sum),
      match: z.enum(MATCH_KINDS),
    }),
  ),
})
export type ListenerView = z.output<typeof ListenerView>

const Figures = z.object({ incomeCents: Sum, placed: z.int(), paid: z.int() })

export const AlertView = z.object({
  id: Id,
  at: Time,
  kind: z.enum(ALERT_KINDS),
  subject: z.string(),
  /** The order to look into, where there is one. */
  orderId: z.nullable(z.string()),
})

export const Overview = z.object({
  today: Figures,
  /** Yesterday up to the same time of day. */
  yesterday: Figures,
  /** The last 30 days in the shop's time zone, oldest first. */
  days: z.array(z.object({ day: z.string(), incomeCents: Sum, paid: z.int(), placed: z.int() })),
  channels: z.array(z.object({ channel: Channel, incomeCents: Sum, paid: z.int() })),
  /** What waits for the seller. */
  waiting: z.object({
    payments: z.int(),
    reported: z.int(),
    stock: z.int(),
    manual: z.int(),
    deadMails: z.int(),
    /** Calls to merchants' sites that were given up in the last seven days. */
    deadCallbacks: z.int(),
  }),
  lowStock: z.array(z.object({ productId: Id, name: z.string(), stock: z.int() })),
  listeners: z.array(ListenerView),
  alerts: z.array(AlertView),
  /** First steps, done or not. */
  steps: z.object({
    shopName: z.boolean(),
    publicUrl: z.boolean(),
    mail: z.boolean(),
    codes: z.boolean(),
    listener: z.boolean(),
    product: z.boolean(),
    firstPayment: z.boolean(),
  }),
})
export type Overview = z.output<typeof Overview>

/** Settings that the owner changes without a restart. Those set by the environment cannot be changed here. */
export const SettingsView = z.object({
  shopName: z.string(),
  shopNotice: z.string(),
  contact: z.string(),
  brandColor: z.string(),
  /** Absolute links in mails start with it; empty until it is set. */
  publicUrl: z.string(),
  timeZone: z.string(),
  channels: z.array(z.enum(CHANNELS)),
  orderTtlS: z.int(),
  lateAcceptS: z.int(),
  slotHoldS: z.int(),
  slotCoolS: z.int(),
  slotRestS: z.int(),
  slotDepth: z.int(),
  /** `60/300,2`: orders per address / seconds, open orders per browser and e-mail. `0` switches off. */
  orderLimits: z.string(),
  /** Days for which it is on record how a finished callback was sent. */
  callbackKeptDays: z.int(),
})
export type SettingsView = z.output<typeof SettingsView>

/** With a host and a port that exist as such: links in mails are made of it. */
function isUrlOrEmpty(text: string): boolean {
  return text === '' || URL.canParse(text)
}

const Seconds = z.int().check(z.minimum(0), z.maximum(86_400))

export const SettingsInput = z.partial(
  z.strictObject({
    shopName: line(1, 60),
    shopNotice: text(500),
    contact: line(0, 200),
    brandColor: z.string().check(z.regex(/^#[0-9a-fA-F]{6}$/)),
    publicUrl: z
      .string()
      .check(z.maxLength(200), z.regex(/^(https?:\/\/[^\s/?#@]+)?$/), z.refine(isUrlOrEmpty)),
    timeZone: z.string().check(z.minLength(1), z.maxLength(64)),
    orderTtlS: z.int().check(z.minimum(30), z.maximum(3600)),
    lateAcceptS: Seconds,
    slotHoldS: Seconds,
    slotCoolS: Seconds,
    slotRestS: Seconds,
    slotDepth: z.int().check(z.minimum(0), z.maximum(100)),
    orderLimits: z.string().check(z.maxLength(40), z.regex(/^(0|\d{1,6}(\/\d{1,6})?,\d{1,4})$/)),
    callbackKeptDays: z.int().check(z.minimum(7), z.maximum(3650)),
  }),
)
export type SettingsInput = z.output<typeof SettingsInput>

export const AuditEntry = z.object({
  id: Id,
  at: Time,
  actor: z.string(),
  address: z.string(),
  action: z.string(),
  subject: z.string(),
  before: z.string(),
  after: z.string(),
})
export type AuditEntry = z.output<typeof AuditEntry>

export const showOverview = operation({
  id: 'showOverview',
  method: 'GET',
  path: '/api/admin/overview',
  summary: "Today's figures, what waits for the seller, and the state of the listeners.",
  audience: 'admin',
  reply: Overview,
  refusals: [],
})

export const markAlertsSeen = operation({
  id: 'markAlertsSeen',
  method: 'POST',
  path: '/api/admin/alerts/seen',
  summary: 'Clears the alerts of the overview.',
  audience: 'admin',
  reply: Done,
  refusals: [],
})

export const listListeners = operation({
  id: 'listListeners',
  method: 'GET',
  path: '/api/admin/listeners',
  summary: 'The listener devices and the address to type into the app.',
  audience: 'admin',
  reply: z.object({
    /** Ends with `/`; built from the public address, or from the address of this request while none is set. */
    apiAddress: z.string(),
    /** It is the shop's public address, and not merely the one of this request. */
    isPublic: z.boolean(),
    listeners: z.array(ListenerView),
  }),
  refusals: [],
})

const listenerInput = {
  name: line(1, 64),
  enabled: z.boolean(),
  accountIds: z.array(Id).check(z.maxLength(2)),
  /** What is not given stays as it is. */
  dialect: z.optional(z.enum(LISTENER_DIALECTS)),
  newerOnly: z.optional(z.boolean()),
  /** Such as `203.0.113.7`, `10.0.0.0/8` or `2001:db8::/48`. */
  boundTo: z.optional(
    z.array(z.string().check(z.regex(/^[0-9A-Fa-f.:]{2,45}(\/\d{1,3})?$/))).check(z.maxLength(20)),
  ),
}

export const addListener = operation({
  id: 'addListener',
  method: 'POST',
  path: '/api/admin/listeners',
  summary: 'Adds a listener device with a secret of its own, for at most one account on each channel.',
  audience: 'admin',
  recentPassword: true,
  body: z.strictObject(listenerInput),
  reply: ListenerView,
  status: 201,
  refusals: ['bad_input', 'not_found'],
})

export const changeListener = operation({
  id: 'changeListener',
  method: 'PUT',
  path: '/api/admin/listeners/:id',
  summary: 'Changes what a device is called, reports for, speaks, and from where it may report.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject(listenerInput),
  reply: ListenerView,
  refusals: ['bad_input', 'not_found'],
})

/** `vmq`: what the V免签 app takes as one text; null when the secret cannot be part of it. */
const ListenerSecret = z.object({ secret: z.string(), vmq: z.nullable(z.string()) })

export const showListenerSecret = operation({
  id: 'showListenerSecret',
  method: 'POST',
  path: '/api/admin/listeners/:id/secret',
  summary: "Shows a device's secret key.",
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: ListenerSecret,
  refusals: ['not_found'],
})

export const renewListenerSecret = operation({
  id: 'renewListenerSecret',
  method: 'POST',
  path: '/api/admin/listeners/:id/renew',
  summary: 'Gives a device a new secret key; the old one stops working at once.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: ListenerSecret,
  refusals: ['not_found', 'set_by_environment'],
})

export const showSettings = operation({
  id: 'showSettings',
  method: 'GET',
  path: '/api/admin/settings',
  summary: 'All settings, and which of them the environment fixes.',
  audience: 'admin',
  reply: z.object({ settings: SettingsView, setByEnvironment: z.array(z.string()) }),
  refusals: [],
})

export const changeSettings = operation({
  id: 'changeSettings',
  method: 'PUT',
  path: '/api/admin/settings',
  summary:
    'Changes the settings that are given. Mailed links go to the public address, so the password is asked for.',
  audience: 'admin',
  recentPassword: true,
  body: SettingsInput,
  reply: z.object({ settings: SettingsView, setByEnvironment: z.array(z.string()) }),
  refusals: ['bad_input', 'set_by_environment'],
})

export const sendTestMail = operation({
  id: 'sendTestMail',
  method: 'POST',
  path: '/api/admin/test-mail',
  summary: 'Sends a mail now and answers what the mail server said.',
  audience: 'admin',
  body: z.strictObject({ to: z.string().check(z.maxLength(254)) }),
  reply: z.object({
    sent: z.boolean(),
    /** Mail goes to files because no mail server is configured. */
    toFiles: z.boolean(),
    error: z.nullable(z.string()),
  }),
  refusals: ['bad_email', 'too_many_requests'],
})

export const listAudit = operation({
  id: 'listAudit',
  method: 'GET',
  path: '/api/admin/audit',
  summary: 'Every act by hand, newest first.',
  audience: 'admin',
  query: z.strictObject({ page: Page }),
  reply: z.object({ entries: z.array(AuditEntry), total: z.int() }),
  refusals: [],
})
