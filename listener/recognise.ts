/** What a notification means: money, something that a seller should look at, or nothing. */
import { matchPattern, plain, type Pattern, type Reading } from './pattern.ts'
import type { Channel, Rule, Rules } from './rules.ts'

/** A notification of the phone, as far as rules look at it. */
export interface Notification {
  /** The app's package. */
  readonly app: string
  readonly title: string
  readonly text: string
}

export type Finding =
  | {
      readonly kind: 'money'
      readonly channel: Channel
      /** As the notification wrote it, without thousands separators: `0.01`, `1234.5`. */
      readonly price: string
      readonly rule: string
      readonly total: Total | undefined
    }
  /** `ambiguous`: money, but rules or readings disagree. `doubt`: looks like money that no rule can read. */
  | {
      readonly kind: 'ambiguous' | 'doubt' | 'alert'
      readonly channel: Channel
      readonly rule: string
    }
  | { readonly kind: 'nothing' }

/** “The day's nth payment, ¥x altogether.” */
export interface Total {
  readonly count: number
  readonly cents: number
}

const NOTHING: Finding = { kind: 'nothing' }

export function recognise(rules: Rules, notification: Notification): Finding {
  if (!rules.apps.has(notification.app)) return NOTHING
  const title = plain(notification.title)
  const text = stripName(plain(notification.text).slice(mergedMark(rules, notification).length), title)
  const fitting = rules.rules.flatMap((rule) => {
    const amounts = rule.app === notification.app && amountsBy(rule, title, text)
    return amounts ? [{ rule, amounts }] : []
  })
  const [first] = fitting
  if (!first || first.rule.kind === 'ignore') return NOTHING
  const { name: rule, channel, kind } = first.rule
  const money = fitting.filter((one) => one.rule.kind === 'money')
  if (kind === 'doubt' && money.length > 0) return { kind: 'ambiguous', channel, rule }
  if (kind !== 'money') return { kind, channel, rule }
  // A payer chooses a name, and a name may look like another rule's text: all that could be meant is looked at.
  const [price, ...others] = new Set(money.flatMap(({ amounts }) => [...amounts]))
  if (others.length > 0) return { kind: 'ambiguous', channel, rule }
  if (price === undefined || centsOf(price) === 0) return { kind: 'doubt', channel, rule }
  return { kind: 'money', channel, price, rule, total: totalIn(rules, text) }
}

/** @returns undefined when the rule does not fit. */
function amountsBy(rule: Rule, title: string, text: string): Set<string> | undefined {
  const inTitle = readWith(rule.titles, title)
  const inText = inTitle && readWith(rule.texts, text)
  return inText && new Set([...inTitle.amounts, ...inText.amounts])
}

/** @returns how many messages a notification stands for: 1 unless the wallet says another number. */
export function mergedCount(rules: Rules, notification: Notification): number {
  return mergedMark(rules, notification).count
}

function mergedMark(rules: Rules, notification: Notification): { count: number; length: number } {
  const text = plain(notification.text)
  for (const pattern of rules.merged) {
    const [count] = matchPattern(pattern, text)?.counts ?? []
    if (count === undefined) continue
    const mark = pattern.source.slice(0, -1).replace('{count}', String(count))
    return { count, length: plain(mark).length }
  }
  return { count: 1, length: 0 }
}

/** A merged notification names its sender again: `[4条]微信支付: …`. */
function stripName(text: string, title: string): string {
  return text.startsWith(`${title}:`) ? text.slice(title.length + 1) : text
}

function totalIn(rules: Rules, text: string): Total | undefined {
  const reading = readWith(rules.totals, text)
  const [count, ...otherCounts] = reading?.counts ?? []
  const [amount, ...otherAmounts] = reading?.amounts ?? []
  if (count === undefined || amount === undefined) return undefined
  return otherCounts.length + otherAmounts.length > 0 ? undefined : { count, cents: centsOf(amount) }
}

/** What all patterns that fit read. @returns undefined when none does. */
function readWith(patterns: readonly Pattern[], text: string): Reading | undefined {
  const readings = patterns.map((one) => matchPattern(one, text)).filter((one) => one !== undefined)
  if (readings.length === 0) return undefined
  return {
    amounts: new Set(readings.flatMap((one) => [...one.amounts])),
    counts: new Set(readings.flatMap((one) => [...one.counts])),
  }
}

/** @param price as a pattern's `{amount}` matched it, without separators. */
export function centsOf(price: string): number {
  const [yuan = '', fraction = ''] = price.split('.')
  return Number(yuan) * 100 + Number(fraction.padEnd(2, '0'))
}
