/** The rules by which notifications are read. */
import * as z from 'zod/mini'
import { RULE_KINDS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Amount, Channel, Done, Id, IdParams, Sum, Time, line, text } from './words.ts'

const App = z.string().check(z.regex(/^[A-Za-z0-9_.]{1,120}$/))

/** Plain text, `*`, `{amount}` and `{count}`; each covers the whole title or text. */
const Patterns = z.array(line(1, 200)).check(z.minLength(1), z.maxLength(20))

const Sample = z.strictObject({
  title: text(200),
  text: text(1_000),
  /** What a rule of money reads, as `0.01`; null for the other kinds. */
  amount: z.nullable(z.string().check(z.regex(/^\d{1,7}(\.\d{1,2})?$/))),
})

const ruleText = {
  name: line(1, 64),
  /** The package of the app that shows the notification. */
  app: App,
  channel: Channel,
  kind: z.enum(RULE_KINDS),
  titles: Patterns,
  texts: Patterns,
  /** The highest that fits decides; those of equal rank must agree. */
  priority: z.int().check(z.minimum(0), z.maximum(1_000)),
  /** What the rule must be able to read, or it is not saved. */
  samples: z.array(Sample).check(z.maxLength(5)),
}

export const RuleInput = z.strictObject({ ...ruleText, enabled: z.boolean() })
export type RuleInput = z.output<typeof RuleInput>

export const RuleView = z.object({
  id: Id,
  ...ruleText,
  enabled: z.boolean(),
  /** Goes up with every change. */
  version: z.int(),
  /** Came with the program: can be edited, switched off and reset, not deleted. */
  builtIn: z.boolean(),
  /** No longer as the program brought it: newer versions leave it alone. */
  edited: z.boolean(),
  updatedAt: Time,
})
export type RuleView = z.output<typeof RuleView>

export const listRules = operation({
  id: 'listRules',
  method: 'GET',
  path: '/api/admin/notification-rules',
  summary: 'The rules by which forwarded notifications are read, the highest rank first.',
  audience: 'admin',
  reply: z.object({ rules: z.array(RuleView) }),
  refusals: [],
})

export const addRule = operation({
  id: 'addRule',
  method: 'POST',
  path: '/api/admin/notification-rules',
  summary: 'Adds a rule. It decides what counts as money, so the password is asked for.',
  audience: 'admin',
  recentPassword: true,
  body: RuleInput,
  reply: RuleView,
  status: 201,
  refusals: ['bad_input', 'bad_rule', 'open_title', 'wrong_state'],
})

export const changeRule = operation({
  id: 'changeRule',
  method: 'PUT',
  path: '/api/admin/notification-rules/:id',
  summary: 'Changes a rule, or switches it on and off.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  body: RuleInput,
  reply: RuleView,
  refusals: ['bad_input', 'bad_rule', 'open_title', 'not_found'],
})

export const resetRule = operation({
  id: 'resetRule',
  method: 'POST',
  path: '/api/admin/notification-rules/:id/reset',
  summary: 'Makes a rule what the program brought.',
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: RuleView,
  refusals: ['not_found', 'wrong_state'],
})

export const deleteRule = operation({
  id: 'deleteRule',
  method: 'DELETE',
  path: '/api/admin/notification-rules/:id',
  summary: "Deletes a rule of the seller's own.",
  audience: 'admin',
  recentPassword: true,
  params: IdParams,
  reply: Done,
  refusals: ['not_found', 'wrong_state'],
})

/** `ambiguous`: rules or readings disagree. `nothing`: no rule fits. `unknown_app`: no rule is about the app. */
export const RULE_OUTCOMES = [
  'money',
  'ambiguous',
  'doubt',
  'alert',
  'ignore',
  'nothing',
  'unknown_app',
] as const

export const tryNotification = operation({
  id: 'tryNotification',
  method: 'POST',
  path: '/api/admin/notification-rules/try',
  summary:
    'Says what a notification would mean, without anything coming of it; also by a rule that is being written.',
  audience: 'admin',
  body: z.strictObject({
    app: App,
    title: text(200),
    text: text(2_000),
    /** A rule that is being written, and the one that it is to replace. */
    draft: z.optional(z.strictObject({ rule: z.strictObject(ruleText), replaces: z.optional(Id) })),
  }),
  reply: z.object({
    outcome: z.enum(RULE_OUTCOMES),
    /** The rule that decided; null for the draft, and when none did. */
    ruleId: z.nullable(Id),
    channel: z.nullable(Channel),
    amountCents: z.nullable(Amount),
    /** How many messages it stands for. */
    merged: z.int(),
    /** The wallet's own count of the day. */
    total: z.nullable(z.object({ nth: z.int(), totalCents: z.nullable(Sum) })),
  }),
  refusals: ['bad_input', 'bad_rule'],
})
