/** The rules by which notifications are read: rows that begin as the program's own, and what of them is in memory. */
import { nanoid } from 'nanoid'
import type { Db } from '../com/db/index.ts'
import type { NotificationRuleRow } from '../sql/schema.ts'
import { compileRule, type Rule } from './recognise.ts'
import type { Shop, Tx } from './shop.ts'
import { WALLET_RULES, type DefaultRule, type RuleSample, type RuleText } from './wallet-wordings.ts'

const known = new WeakMap<Db, readonly Rule[]>()

/** Reads the rules into memory, where a notice is read without a database. At start, by the clock and by wake-up. */
export async function loadRules(shop: Shop): Promise<void> {
  const rows = await shop.db
    .selectFrom('notification_rules')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .orderBy('priority', 'desc')
    .orderBy('id')
    .execute()
  const rules = rows.map((row) => compileRule({ ...ruleTextOf(row), id: row.id, version: row.version }))
  known.set(
    shop.database,
    rules.filter((rule) => rule !== undefined),
  )
}

export function rulesInForce(shop: Shop): readonly Rule[] {
  return known.get(shop.database) ?? []
}

export function ruleTextOf(row: NotificationRuleRow): RuleText {
  const { name, app, channel, kind, priority } = row
  return {
    ...{ name, app, channel, kind, priority },
    titles: JSON.parse(row.titles) as string[],
    texts: JSON.parse(row.texts) as string[],
    samples: JSON.parse(row.samples) as RuleSample[],
  }
}

/** Columns of what a rule says. */
export function ruleColumns(rule: RuleText) {
  const { name, app, channel, kind, priority } = rule
  return {
    ...{ name, app, channel, kind, priority },
    titles: JSON.stringify(rule.titles),
    texts: JSON.stringify(rule.texts),
    samples: JSON.stringify(rule.samples),
  }
}

/**
 * Brings in the program's own rules, and what a newer version made of those that nobody has edited. In a transaction,
 * by one process at a time.
 */
export async function seedRules(tx: Tx, rules: readonly DefaultRule[] = WALLET_RULES): Promise<void> {
  const rows = await tx.db.selectFrom('notification_rules').selectAll().execute()
  const byKey = new Map(rows.map((row) => [row.default_key, row]))
  for (const rule of rules) {
    const row = byKey.get(rule.key)
    if (!row) await insertRule(tx, rule, { defaultKey: rule.key, enabled: true })
    else if (row.edited_at === null) await mendRule(tx, row, rule)
  }
}

async function mendRule(tx: Tx, row: NotificationRuleRow, rule: RuleText): Promise<void> {
  const columns = ruleColumns(rule)
  if (Object.entries(columns).every(([name, value]) => row[name as keyof typeof columns] === value)) return
  await tx.db
    .updateTable('notification_rules')
    .set({ ...columns, version: row.version + 1, updated_at: tx.now() })
    .where('id', '=', row.id)
    .execute()
}

export async function insertRule(
  tx: Tx,
  rule: RuleText,
  { defaultKey, enabled }: { defaultKey: string | null; enabled: boolean },
): Promise<string> {
  const id = nanoid()
  const now = tx.now()
  await tx.db
    .insertInto('notification_rules')
    .values({
      ...{ id, default_key: defaultKey, version: 1, ...ruleColumns(rule) },
      ...{ enabled_at: enabled ? now : null, edited_at: defaultKey === null ? now : null },
      ...{ created_at: now, updated_at: now },
    })
    .execute()
  return id
}
