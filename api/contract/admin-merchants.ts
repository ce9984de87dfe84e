/** Merchants: sites that take payments through the shop, with their keys and webhook endpoints. */
import * as z from 'zod/mini'
import { CHANNELS, MERCHANT_KEY_KINDS, MODES, PROTOCOLS, SCOPES } from '../../core/vocabulary.ts'
import { CallbackAttempt } from './admin-callbacks.ts'
import { operation } from './operation.ts'
import { EventList } from './v1-words.ts'
import { Amount, Channel, Done, Id, IdParams, Time, line } from './words.ts'

export const MerchantView = z.object({
  id: Id,
  pid: z.int(),
  name: z.string(),
  enabled: z.boolean(),
  /** Answers at the root paths, where a protocol names no merchant. */
  isDefault: z.boolean(),
  /** Empty: every channel of the shop. */
  channels: z.array(Channel),
  /** Empty: every account. */
  accountIds: z.array(Id),
  returnHosts: z.array(z.string()),
  callbackMethod: z.enum(['GET', 'POST']),
  showQrcode: z.boolean(),
  /** 0: no limit. */
  ordersPerMinute: z.int(),
  /** For V免签 requests that name none; empty: nowhere. */
  notifyUrl: z.string(),
  returnUrl: z.string(),
  createdAt: Time,
})
export type MerchantView = z.output<typeof MerchantView>

export const MerchantCard = z.object({
  merchant: MerchantView,
  /** Of its latest orders. */
  protocols: z.array(z.enum(PROTOCOLS)),
  keyUsedAt: z.nullable(Time),
  today: z.object({ placed: z.int(), paid: z.int() }),
  /** Callbacks of the last seven days that were given up, and not delivered since. */
  deadCallbacks: z.int(),
})
export type MerchantCard = z.output<typeof MerchantCard>

export const KeyView = z.object({
  id: Id,
  kind: z.enum(MERCHANT_KEY_KINDS),
  name: z.string(),
  /** Its last characters. */
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: Time,
  /** The end of the overlap after a rotation. */
  expiresAt: z.nullable(Time),
  revokedAt: z.nullable(Time),
  usedAt: z.nullable(Time),
})
export type KeyView = z.output<typeof KeyView>

export const EndpointView = z.object({
  id: Id,
  mode: z.enum(MODES),
  url: z.string(),
  /** Empty: all of a merchant's orders. */
  events: EventList,
  enabled: z.boolean(),
  createdAt: Time,
  /** Until then the secret before signs beside the present one. */
  previousUntil: z.nullable(Time),
})
export type EndpointView = z.output<typeof EndpointView>

export const MerchantDetail = z.object({
  merchant: MerchantView,
  keys: z.array(KeyView),
  endpoints: z.array(EndpointView),
  /** What a site is to call; no slash at the end. */
  baseUrl: z.string(),
  /** It is the shop's public address, and not merely the one of this request. */
  isPublic: z.boolean(),
})
export type MerchantDetail = z.output<typeof MerchantDetail>

/** As URL.host writes it: `shop.example.com`, `localhost:8000`. */
const Host = z.string().check(
  z.maxLength(253),
  z.refine((host) => URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host),
)

const Url = z.string().check(z.minLength(1), z.maxLength(1024), z.regex(/^https?:\/\/[^\s]+$/i))
const UrlOrNone = z.union([z.literal(''), Url])

export const MerchantInput = z.strictObject({
  name: line(1, 64),
  enabled: z.boolean(),
  channels: z.array(z.enum(CHANNELS)).check(z.maxLength(CHANNELS.length)),
  accountIds: z.array(Id).check(z.maxLength(100)),
  returnHosts: z.array(Host).check(z.maxLength(20)),
  callbackMethod: z.enum(['GET', 'POST']),
  showQrcode: z.boolean(),
  ordersPerMinute: z.int().check(z.minimum(0), z.maximum(100_000)),
  /** As they were, or none, unless given. */
  notifyUrl: z.optional(UrlOrNone),
  returnUrl: z.optional(UrlOrNone),
})
export type MerchantInput = z.output<typeof MerchantInput>

const KeyParams = z.strictObject({ id: Id, keyId: Id })
const EndpointParams = z.strictObject({ id: Id, endpointId: Id })

/** A secret is answered once, here. */
const NewKey = z.object({ key: KeyView, secret: z.string() })
const NewEndpoint = z.object({ endpoint: EndpointView, secret: z.string() })

export const listMerchants = operation({
  id: 'listMerchants',
  method: 'GET',
  path: '/api/admin/merchants',
  summary: 'The sites that take payments through the shop, with their figures of today.',
  audience: 'admin',
  reply: z.object({ merchants: z.array(MerchantCard) }),
  refusals: [],
})

export const showMerchant = operation({
  id: 'showMerchant',
  method: 'GET',
  path: '/api/admin/merchants/:id',
  summary: 'One merchant with its keys, its webhook endpoints and the address that its site is to call.',
  audience: 'admin',
  params: IdParams,
  reply: MerchantDetail,
  refusals: ['not_found'],
})

export const addMerchant = operation({
  id: 'addMerchant',
  method: 'POST',
  path: '/api/admin/merchants',
  summary: 'Adds a merchant. Its number is the next free one unless a site brings its own.',
  audience: 'admin',
  recentPassword: true,
  body: z.extend(MerchantInput, {
    pid: z.optional(z.int().check(z.minimum(1), z.maximum(999_999_999))),
  }),
  reply: MerchantView,
  status: 201,
  refusals: ['bad_input', 'bad_url', 'not_found'],
})

export const changeMerchant = operation({
  id: 'changeMerchant',
  method: 'PUT',
  path: '/api/admin/merchants/:id',
  summary: 'Changes what a merchant may do. Switched off, its orders that are open can still be paid.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: MerchantInput,
  reply: MerchantView,
  refusals: ['bad_input', 'bad_url', 'not_found'],
})

export const makeDefaultMerchant = operation({
  id: 'makeDefaultMerchant',
  method: 'POST',
  path: '/api/admin/merchants/:id/default',
  summary: 'Lets a merchant answer at the root paths, where a protocol names no merchant.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: Done,
  refusals: ['not_found'],
})

export const addMerchantKey = operation({
  id: 'addMerchantKey',
  method: 'POST',
  path: '/api/admin/merchants/:id/keys',
  summary: 'Adds a key and shows it once. A site that moves here may bring the md5 key that it has.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject({
    kind: z.enum(MERCHANT_KEY_KINDS),
    name: line(0, 64),
    scopes: z.optional(z.array(z.enum(SCOPES)).check(z.minLength(1), z.maxLength(SCOPES.length))),
    /** md5 keys only. */
    secret: z.optional(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))),
  }),
  reply: NewKey,
  status: 201,
  refusals: ['bad_input', 'not_found', 'weak_secret'],
})

export const rotateMerchantKey = operation({
  id: 'rotateMerchantKey',
  method: 'POST',
  path: '/api/admin/merchants/:id/keys/:keyId/rotate',
  summary: 'Makes a new key of the same kind and shows it once. The one before works for 72 hours more.',
  audience: 'admin',
  recentPassword: true,
  params: KeyParams,
  reply: NewKey,
  refusals: ['not_found', 'wrong_state'],
})

export const revokeMerchantKey = operation({
  id: 'revokeMerchantKey',
  method: 'POST',
  path: '/api/admin/merchants/:id/keys/:keyId/revoke',
  summary: 'Ends a key at once.',
  audience: 'admin',
  recentPassword: true,
  params: KeyParams,
  reply: Done,
  refusals: ['not_found'],
})

const endpointInput = {
  url: Url,
  events: EventList,
  enabled: z.boolean(),
}

export const addEndpoint = operation({
  id: 'addEndpoint',
  method: 'POST',
  path: '/api/admin/merchants/:id/endpoints',
  summary: 'Adds an address that is told what happens, and shows its secret once.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject({ mode: z.enum(MODES), ...endpointInput }),
  reply: NewEndpoint,
  status: 201,
  refusals: ['bad_input', 'bad_url', 'not_found', 'too_many_endpoints'],
})

export const changeEndpoint = operation({
  id: 'changeEndpoint',
  method: 'PUT',
  path: '/api/admin/merchants/:id/endpoints/:endpointId',
  summary: 'Changes where a webhook goes and what it tells.',
  audience: 'admin',
  recentPassword: true,
  params: EndpointParams,
  body: z.strictObject(endpointInput),
  reply: EndpointView,
  refusals: ['bad_input', 'bad_url', 'not_found'],
})

export const removeEndpoint = operation({
  id: 'removeEndpoint',
  method: 'DELETE',
  path: '/api/admin/merchants/:id/endpoints/:endpointId',
  summary: 'Removes an endpoint. What is on its way to it is given up.',
  audience: 'admin',
  recentPassword: true,
  params: EndpointParams,
  reply: Done,
  refusals: ['not_found'],
})

export const rotateEndpoint = operation({
  id: 'rotateEndpoint',
  method: 'POST',
  path: '/api/admin/merchants/:id/endpoints/:endpointId/rotate',
  summary: 'Makes a new secret and shows it once. The one before signs beside it for 24 hours.',
  audience: 'admin',
  recentPassword: true,
  params: EndpointParams,
  reply: NewEndpoint,
  refusals: ['not_found'],
})

export const renewNotifySecret = operation({
  id: 'renewNotifySecret',
  method: 'POST',
  path: '/api/admin/merchants/:id/notify-secret',
  summary:
    'Makes the secret that signs calls to the address that an order of our own API names itself, and shows it once.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject({ mode: z.enum(MODES) }),
  reply: z.object({ secret: z.string() }),
  refusals: ['bad_input', 'not_found'],
})

export const pingEndpoint = operation({
  id: 'pingEndpoint',
  method: 'POST',
  path: '/api/admin/merchants/:id/endpoints/:endpointId/ping',
  summary: 'Sends a test.ping now, rightly signed, and answers what the site answered.',
  audience: 'admin',
  params: EndpointParams,
  reply: z.object({ callbackId: z.string(), delivered: z.boolean(), attempt: CallbackAttempt }),
  refusals: ['not_found', 'too_many_requests'],
})

export const TestedRequest = z.object({
  method: z.enum(['GET', 'POST']),
  url: z.string(),
  /** Of a form; empty for GET. The key is left out. */
  body: z.string(),
  /** Null: no answer, and `error` says why. */
  status: z.nullable(z.int()),
  answer: z.string(),
  error: z.string(),
  /** The answer is what the protocol says of a merchant and key that are right. */
  ok: z.boolean(),
})
export type TestedRequest = z.output<typeof TestedRequest>

/** The older protocols: our own API is tried with a test order, and with a key in /docs. */
export const TESTED_PROTOCOLS = ['epay', 'vmq', 'api_edition'] as const

export const testMerchant = operation({
  id: 'testMerchant',
  method: 'POST',
  path: '/api/admin/merchants/:id/test',
  summary:
    'Asks as a site of the protocol would, signed with the merchant’s own key, without placing an order: of the program itself, and of the public address.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ protocol: z.enum(TESTED_PROTOCOLS) }),
  reply: z.object({
    /** Through the program’s own front. */
    inside: TestedRequest,
    /** Through the public address, as far as this machine can reach it; null while none is set. */
    outside: z.nullable(TestedRequest),
  }),
  refusals: ['not_found', 'merchant_key_needed', 'too_many_requests'],
})

export const placeTestOrder = operation({
  id: 'placeTestOrder',
  method: 'POST',
  path: '/api/admin/merchants/:id/test-orders',
  summary: 'Places a test order as a site of the protocol would. No money moves; its callbacks are real.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({
    protocol: z.enum(PROTOCOLS),
    amountCents: Amount,
    /** Left out: the buyer chooses. */
    channel: z.optional(z.enum(CHANNELS)),
    subject: line(1, 120),
    notifyUrl: UrlOrNone,
    returnUrl: UrlOrNone,
  }),
  reply: z.object({ orderId: Id }),
  status: 201,
  refusals: [
    'bad_input',
    'bad_url',
    'not_found',
    'merchant_key_needed',
    'channel_unavailable',
    'no_free_amount',
    'too_many_requests',
  ],
})
