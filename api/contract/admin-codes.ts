/** Payee accounts and their receiving codes. */
import * as z from 'zod/mini'
import { operation } from './operation.ts'
import { Amount, Channel, Done, Id, IdParams, Time, line } from './words.ts'

/** Minutes of the day in the shop's zone; over midnight when it ends before it begins. */
const QuietHours = z.strictObject({
  from: z.int().check(z.minimum(0), z.maximum(1439)),
  to: z.int().check(z.minimum(0), z.maximum(1439)),
})

export const AccountView = z.object({
  id: Id,
  channel: Channel,
  name: z.string(),
  enabled: z.boolean(),
  /** The most that its orders of one day may come to; null is no cap. */
  dailyCapCents: z.nullable(Amount),
  quiet: z.nullable(QuietHours),
  /** Payee of links that carry the amount; null offers none. */
  alipayUserId: z.nullable(z.string()),
  /** Of the last 30 days: how often such a link was followed, and how often the order was paid. */
  linkUse: z.object({ opened: z.int(), paid: z.int() }),
})
export type AccountView = z.output<typeof AccountView>

export const CodeView = z.object({
  id: Id,
  accountId: Id,
  channel: Channel,
  /** Null: a free-amount code. */
  amountCents: z.nullable(Amount),
  payload: z.string(),
  enabled: z.boolean(),
  /** A payment of exactly this amount matched an order that showed it. */
  verifiedAt: z.nullable(Time),
  createdAt: Time,
})
export type CodeView = z.output<typeof CodeView>

export const ReadPicture = z.object({
  payload: z.string(),
  channel: Channel,
  /** Read from the file's name; null when the name says none. */
  amountCents: z.nullable(Amount),
  /** This code is already among the shop's codes. */
  known: z.boolean(),
})
export type ReadPicture = z.output<typeof ReadPicture>

export const COVERED_BY = ['fixed', 'free', 'link', 'nothing'] as const

export const Coverage = z.object({
  priceCents: Amount,
  products: z.array(z.string()),
  channels: z.array(
    z.object({
      channel: Channel,
      /** From the price downwards. */
      amounts: z.array(z.object({ amountCents: Amount, by: z.enum(COVERED_BY) })),
    }),
  ),
})
export type Coverage = z.output<typeof Coverage>

export const readCodePicture = operation({
  id: 'readCodePicture',
  method: 'POST',
  path: '/api/admin/code-pictures',
  summary: 'Reads the receiving code on one PNG or JPEG of at most 2 MB. Nothing is kept.',
  audience: 'admin',
  query: z.strictObject({ fileName: z.optional(z.string().check(z.maxLength(255))) }),
  picture: true,
  reply: ReadPicture,
  refusals: [
    'bad_picture',
    'picture_too_large',
    'no_code_in_picture',
    'not_a_receiving_code',
    'unsupported_media_type',
    'too_many_requests',
  ],
})

export const listCodes = operation({
  id: 'listCodes',
  method: 'GET',
  path: '/api/admin/codes',
  summary: 'Accounts, codes, and for each price on sale which amounts have a code.',
  audience: 'admin',
  reply: z.object({
    accounts: z.array(AccountView),
    codes: z.array(CodeView),
    coverage: z.array(Coverage),
  }),
  refusals: [],
})

export const addCodes = operation({
  id: 'addCodes',
  method: 'POST',
  path: '/api/admin/codes',
  summary: 'Adds receiving codes. Those that cannot be added are named with the reason; the others are kept.',
  audience: 'admin',
  recentPassword: true,
  body: z.strictObject({
    codes: z
      .array(
        z.strictObject({
          payload: z.string().check(z.minLength(1), z.maxLength(512)),
          amountCents: z.nullable(Amount),
          /** The channel's first account when left out. */
          accountId: z.optional(Id),
        }),
      )
      .check(z.minLength(1), z.maxLength(200)),
  }),
  reply: z.object({
    added: z.array(CodeView),
    refused: z.array(
      z.object({ payload: z.string(), reason: z.enum(['duplicate_code', 'not_a_receiving_code']) }),
    ),
  }),
  status: 201,
  refusals: ['bad_input', 'not_found'],
})

export const changeCode = operation({
  id: 'changeCode',
  method: 'PUT',
  path: '/api/admin/codes/:id',
  summary: "Changes a code's amount, or switches it on and off.",
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject({ amountCents: z.nullable(Amount), enabled: z.boolean() }),
  reply: CodeView,
  refusals: ['not_found'],
})

export const deleteCode = operation({
  id: 'deleteCode',
  method: 'DELETE',
  path: '/api/admin/codes/:id',
  summary: 'Deletes a code. Open orders that show it keep showing it.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: Done,
  refusals: ['not_found'],
})

/** What is left out stays as it is. */
const accountInput = {
  name: line(1, 64),
  enabled: z.boolean(),
  dailyCapCents: z.optional(z.nullable(Amount)),
  quiet: z.optional(z.nullable(QuietHours)),
  alipayUserId: z.optional(z.nullable(z.string().check(z.regex(/^2088\d{12}$/)))),
}

export const addAccount = operation({
  id: 'addAccount',
  method: 'POST',
  path: '/api/admin/accounts',
  summary: 'Adds a payee account: one more wallet, with its own codes, amounts and listener.',
  audience: 'admin',
  recentPassword: true,
  body: z.strictObject({ channel: Channel, ...accountInput }),
  reply: AccountView,
  status: 201,
  refusals: ['bad_input'],
})

export const changeAccount = operation({
  id: 'changeAccount',
  method: 'PUT',
  path: '/api/admin/accounts/:id',
  summary: 'Renames a payee account, switches it on and off, and sets its daily cap and quiet hours.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: z.strictObject(accountInput),
  reply: AccountView,
  refusals: ['not_found'],
})
