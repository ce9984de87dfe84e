/** The seller's hand on the rules of notifications: added, changed, switched off, tried before they count. */
import type { NotificationRuleRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { findYuan } from './money.ts'
import { insertRule, loadRules, ruleColumns, rulesInForce, ruleTextOf } from './notification-rules.ts'
import { plain } from './patterns.ts'
import {
  compileRule,
  readByRule,
  recognise,
  type Finding,
  type Notification,
  type Rule,
} from './recognise.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { WALLET_RULES, type RuleSample, type RuleText } from './wallet-wordings.ts'

const MOST_RULES = 100

export type RuleInput = RuleText & { readonly enabled: boolean }

export async function listRules(shop: Shop): Promise<NotificationRuleRow[]> {
  return shop.db
    .selectFrom('notification_rules')
    .selectAll()
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @throws ShopError `not_found` */
export async function getRule(shop: Shop, id: string): Promise<NotificationRuleRow> {
  const row = await shop.db
    .selectFrom('notification_rules')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? fail('not_found', { what: 'rule' })
}

/** @throws ShopError `bad_rule`, `open_title`, `wrong_state` when there are too many */
export async function addRule(shop: Shop, input: RuleInput, actor: Actor): Promise<NotificationRuleRow> {
  checkRule(shop, input)
  const id = await transaction(shop, async (tx) => {
    if ((await listRules(tx)).length >= MOST_RULES) fail('wrong_state', { most: MOST_RULES })
    const made = await insertRule(tx, input, { defaultKey: null, enabled: input.enabled })
    await recordAudit(tx, actor, 'rules.add', made, null, onRecord(input))
    return made
  })
  return announced(shop, id)
}

/** A rule of the program counts as edited from then on, and is mended by no newer version. @throws as addRule, `not_found` */
export async function changeRule(
  shop: Shop,
  id: string,
  input: RuleInput,
  actor: Actor,
): Promise<NotificationRuleRow> {
  checkRule(shop, input)
  await transaction(shop, async (tx) => {
    const before = await getRule(tx, id)
    await writeRule(tx, before, input, { enabled: input.enabled, editedAt: tx.now() })
    await recordAudit(tx, actor, 'rules.change', id, rowOnRecord(before), onRecord(input))
  })
  return announced(shop, id)
}

/** Back to what the program brought. @throws ShopError `not_found`, `wrong_state` for a rule of the seller's own */
export async function resetRule(shop: Shop, id: string, actor: Actor): Promise<NotificationRuleRow> {
  await transaction(shop, async (tx) => {
    const before = await getRule(tx, id)
    const rule = WALLET_RULES.find(({ key }) => key === before.default_key) ?? fail('wrong_state')
    await writeRule(tx, before, rule, { enabled: true, editedAt: null })
    await recordAudit(tx, actor, 'rules.reset', id, rowOnRecord(before), onRecord({ ...rule, enabled: true }))
  })
  return announced(shop, id)
}

/** @throws ShopError `not_found`, `wrong_state` for a rule of the program, which can be switched off instead */
export async function deleteRule(shop: Shop, id: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const before = await getRule(tx, id)
    if (before.default_key !== null) fail('wrong_state')
    await tx.db.deleteFrom('notification_rules').where('id', '=', id).execute()
    await recordAudit(tx, actor, 'rules.delete', id, rowOnRecord(before), null)
  })
  await announceRules(shop)
}

async function writeRule(
  tx: Tx,
  before: NotificationRuleRow,
  rule: RuleText,
  { enabled, editedAt }: { enabled: boolean; editedAt: number | null },
): Promise<void> {
  await tx.db
    .updateTable('notification_rules')
    .set({
      ...ruleColumns(rule),
      version: before.version + 1,
      enabled_at: enabled ? (before.enabled_at ?? tx.now()) : null,
      edited_at: editedAt,
      updated_at: tx.now(),
    })
    .where('id', '=', before.id)
    .execute()
}

/** Samples are only there to check a rule by. */
function onRecord({ samples: _samples, ...rule }: RuleInput): object {
  return rule
}

function rowOnRecord(row: NotificationRuleRow): object {
  return onRecord({ ...ruleTextOf(row), enabled: row.enabled_at !== null })
}

async function announced(shop: Shop, id: string): Promise<NotificationRuleRow> {
  await announceRules(shop)
  return getRule(shop, id)
}

/** After commit: this process at once, the others by the wake-up. */
async function announceRules(shop: Shop): Promise<void> {
  await loadRules(shop)
  shop.store.publish('rules', '')
}

/**
 * What a notification would mean, without anything coming of it: by the rules in force, or with one of them as it is
 * being written.
 *
 * @throws ShopError `bad_rule` for a draft that cannot be used
 */
export function tryNotification(
  shop: Shop,
  notification: Notification,
  draft?: { readonly rule: RuleText; readonly replaces?: string | undefined },
): Finding {
  const others = rulesInForce(shop).filter(({ id }) => id !== draft?.replaces)
  return recognise(draft ? [...others, usableRule(draft.rule)] : others, notification)
}

/** One that is only to be switched off may be as it is. @throws ShopError `bad_rule`, `open_title` */
function checkRule(shop: Shop, input: RuleInput): void {
  const rule = usableRule(input)
  if (input.enabled && rule.kind === 'money' && rule.titles.some(isOpen)) fail('open_title')
  const marks = rulesInForce(shop).filter(({ kind }) => kind === 'merged')
  input.samples.forEach((sample, at) => {
    if (!readsSample(rule, marks, sample)) fail('bad_rule', { field: 'samples', at })
  })
}

/** @throws ShopError `bad_rule` */
function usableRule(input: RuleText): Rule {
  const rule = compileRule({ ...input, id: '', version: 0 })
  return rule && hasItsNumbers(rule) ? rule : fail('bad_rule', { field: 'texts' })
}

/**
 * A rule of money reads an amount that stands by something: `*{amount}*` would take any number of a text. The amount
 * is in every title, or in every text; a rule that counts has a count in every text.
 */
function hasItsNumbers({ kind, titles, texts }: Rule): boolean {
  const all = (patterns: Rule['texts'], word: 'amount' | 'count') =>
    patterns.every(({ tokens }) => tokens.filter((token) => token === word).length === 1)
  const none = (patterns: Rule['texts']) => patterns.every(({ tokens }) => !tokens.includes('amount'))
  if (kind === 'merged' || kind === 'total') return all(texts, 'count')
  if (kind !== 'money') return true
  const isPlaced = (all(texts, 'amount') && none(titles)) || (all(titles, 'amount') && none(texts))
  return isPlaced && [...titles, ...texts].every(isHeld)
}

/** Fits whatever stands there: a chat message has the name for a title that its sender gave himself. */
function isOpen({ tokens }: Rule['titles'][number]): boolean {
  return tokens.every((token) => token === 'any')
}

function isHeld({ tokens }: Rule['texts'][number]): boolean {
  return tokens.every((token, at) => {
    const beside = [tokens[at - 1], tokens[at + 1]]
    return token !== 'amount' || beside.some((one) => typeof one === 'object')
  })
}

function readsSample(rule: Rule, marks: readonly Rule[], { title, text, amount }: RuleSample): boolean {
  if (rule.kind !== 'money') return readByRule(rule, plain(title), plain(text)) !== undefined
  const found = recognise([rule, ...marks], { app: rule.app, title, text })
  return found.kind === 'money' && found.amountCents === findYuan(amount ?? '')
}
