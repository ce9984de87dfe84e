/** What a notification means: money, something that a seller should look at, or nothing. By rules, which are data. */
import { findYuan } from './money.ts'
import { findPattern, matchPattern, plain, type Pattern, type PatternReading } from './patterns.ts'
import type { Channel, RuleKind } from './vocabulary.ts'
import type { RuleText } from './wallet-wordings.ts'

/** As the phone shows it. */
export interface Notification {
  /** The app's package. */
  readonly app: string
  readonly title: string
  readonly text: string
}

export interface Rule extends Pick<RuleText, 'app' | 'channel' | 'kind' | 'priority'> {
  readonly id: string
  readonly version: number
  readonly titles: readonly Pattern[]
  readonly texts: readonly Pattern[]
}

export type Finding =
  | {
      readonly kind: 'money'
      readonly rule: Rule
      readonly channel: Channel
      readonly amountCents: number
      /** How many messages it stands for; 1 unless the wallet says another number. */
      readonly merged: number
      readonly total: DayTotal | undefined
    }
  /** `ambiguous`: money, but rules or readings disagree. `doubt`: looks like money that no rule can read. */
  | {
      readonly kind: 'ambiguous' | 'doubt' | 'alert' | 'ignore'
      readonly rule: Rule
      readonly channel: Channel
    }
  /** `unknown_app`: none of the rules is about it. */
  | { readonly kind: 'nothing' | 'unknown_app' }

/** “The day's nth payment, ¥x altogether.” */
export interface DayTotal {
  readonly nth: number
  readonly totalCents: number | null
}

/** @returns undefined when one of its patterns is none. */
export function compileRule(rule: RuleText & { id: string; version: number }): Rule | undefined {
  const titles = compileAll(rule.titles)
  const texts = compileAll(rule.texts)
  const { id, version, app, channel, kind, priority } = rule
  return titles && texts && { id, version, app, channel, kind, priority, titles, texts }
}

function compileAll(sources: readonly string[]): Pattern[] | undefined {
  const patterns = sources.map(findPattern).filter((one) => one !== undefined)
  return patterns.length === sources.length ? patterns : undefined
}

/** Kinds that say what a notification is; the others read something out of it besides. */
const DECIDING: readonly RuleKind[] = ['money', 'alert', 'doubt', 'ignore']

export function recognise(rules: readonly Rule[], notification: Notification): Finding {
  const ofApp = rules.filter(({ app }) => app === notification.app)
  const deciding = ofApp.filter(({ kind }) => DECIDING.includes(kind))
  if (deciding.length === 0) return { kind: 'unknown_app' }
  const title = plain(notification.title)
  const mark = mergedMark(ofApp, title, plain(notification.text))
  const text = stripName(plain(notification.text).slice(mark.length), title)
  const fitting = deciding.flatMap((rule) => {
    const reading = readByRule(rule, title, text)
    return reading ? [{ rule, amounts: [...reading.amounts] }] : []
  })
  const highest = Math.max(...fitting.map(({ rule }) => rule.priority))
  const heard = fitting.filter(({ rule }) => rule.priority === highest)
  const rule = heard.find((one) => one.rule.kind === 'money')?.rule ?? heard[0]?.rule
  if (!rule) return { kind: 'nothing' }
  const { kind, channel } = rule
  if (kind !== 'money') return { kind: kind as 'alert' | 'doubt' | 'ignore', rule, channel }
  // A payer chooses a name, and a name may be worded like another rule's text: all that could be meant is looked at.
  const amounts = new Set(heard.flatMap((one) => one.amounts))
  const amountCents = findYuan([...amounts][0] ?? '')
  const agree = heard.every((one) => one.rule.kind === 'money' && one.rule.channel === channel)
  if (!agree || amounts.size > 1) return { kind: 'ambiguous', rule, channel }
  if (amountCents === undefined) return { kind: 'doubt', rule, channel }
  return { kind, rule, channel, amountCents, merged: mark.count, total: totalIn(ofApp, title, text) }
}

/** @returns what the rule reads; undefined when it does not fit. */
export function readByRule(rule: Rule, title: string, text: string): PatternReading | undefined {
  const inTitle = readWith(rule.titles, title)
  const inText = inTitle && readWith(rule.texts, text)
  return inText && joined([inTitle, inText])
}

/** What all patterns that fit read. @returns undefined when none does. */
function readWith(patterns: readonly Pattern[], text: string): PatternReading | undefined {
  const readings = patterns.map((one) => matchPattern(one, text)).filter((one) => one !== undefined)
  return readings.length === 0 ? undefined : joined(readings)
}

function joined(readings: readonly PatternReading[]): PatternReading {
  return {
    amounts: new Set(readings.flatMap((one) => [...one.amounts])),
    counts: new Set(readings.flatMap((one) => [...one.counts])),
  }
}

/** How a wallet begins a text that stands for several, `[4条]`, and how long that is. */
function mergedMark(rules: readonly Rule[], title: string, text: string): { count: number; length: number } {
  for (const rule of rules.filter(({ kind }) => kind === 'merged')) {
    const [count] = readByRule(rule, title, text)?.counts ?? []
    if (count === undefined) continue
    for (const { source } of rule.texts) {
      const mark = plain(source.replace(/\*$/, '').replace('{count}', String(count)))
      if (text.startsWith(mark)) return { count, length: mark.length }
    }
  }
  return { count: 1, length: 0 }
}

/** A merged notification names its sender again: `[4条]微信支付: …`. */
function stripName(text: string, title: string): string {
  return text.startsWith(`${title}:`) ? text.slice(title.length + 1) : text
}

function totalIn(rules: readonly Rule[], title: string, text: string): DayTotal | undefined {
  const readings = rules
    .filter(({ kind }) => kind === 'total')
    .flatMap((rule) => readByRule(rule, title, text) ?? [])
  const { amounts, counts } = joined(readings)
  const [nth, ...others] = counts
  if (nth === undefined || others.length > 0) return undefined
  const [total = ''] = amounts
  return { nth, totalCents: amounts.size === 1 ? (findYuan(total) ?? null) : null }
}

/**
 * Of one text that may be divided into title and text in several ways: the gravest of what it may be. Money is only
 * what was told apart already, because a line of a chat message may be worded like a title.
 *
 * @param readings at least one.
 */
export function recogniseAny(rules: readonly Rule[], readings: readonly Notification[]): Finding {
  const findings = readings.map((one) => recognise(rules, one))
  for (const kind of ['ambiguous', 'money', 'alert', 'doubt', 'ignore', 'nothing'] as const) {
    const found = findings.find((one) => one.kind === kind)
    if (found?.kind === 'money' && readings.length > 1)
      return { kind: 'ambiguous', rule: found.rule, channel: found.channel }
    if (found) return found
  }
  return { kind: 'unknown_app' }
}
