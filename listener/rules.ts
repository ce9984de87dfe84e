/** What a rule is, the rules that come with the program, and those that a seller adds in a file. */
import { readFileSync } from 'node:fs'
import { compilePattern, type Pattern } from './pattern.ts'
import { RULES } from './default-rules.ts'

export type Channel = 'wechat' | 'alipay'

const KINDS = ['money', 'doubt', 'alert', 'ignore'] as const

/** A rule as a file has it. */
export interface RuleText {
  readonly name: string
  /** The app's package. */
  readonly app: string
  readonly channel: Channel
  /** `money` reports it, `doubt` looks like money that no rule reads, `alert` tells the seller, `ignore` does nothing. */
  readonly kind: (typeof KINDS)[number]
  /** Any one of them fits the notification's title. */
  readonly titles: readonly string[]
  /** Any one of them fits its text. */
  readonly texts: readonly string[]
}

export interface RuleBook {
  readonly version: string
  /** How a wallet begins a text that stands for several: `{count}` of them. */
  readonly merged: readonly string[]
  /** How a wallet counts the day's payments: `{count}` and `{amount}`. */
  readonly totals: readonly string[]
  /** The first that fits decides. */
  readonly rules: readonly RuleText[]
}

export interface Rule extends Omit<RuleText, 'titles' | 'texts'> {
  readonly titles: readonly Pattern[]
  readonly texts: readonly Pattern[]
}

export interface Rules {
  readonly version: string
  readonly merged: readonly Pattern[]
  readonly totals: readonly Pattern[]
  readonly rules: readonly Rule[]
  readonly apps: ReadonlySet<string>
}

/** @throws Error naming what is wrong, in a book that is not one. */
export function compileRules(book: RuleBook): Rules {
  const rules = book.rules.map(compileRule)
  return {
    version: book.version,
    merged: book.merged.map((one) => compilePattern(`${one}*`)),
    totals: book.totals.map(compilePattern),
    rules,
    apps: new Set(rules.map((rule) => rule.app)),
  }
}

function compileRule(rule: RuleText): Rule {
  const compiled = { ...rule, titles: rule.titles.map(compilePattern), texts: rule.texts.map(compilePattern) }
  const hasAmount = (patterns: readonly Pattern[]) => patterns.every((one) => one.tokens.includes('amount'))
  if (rule.kind !== 'money') return compiled
  const isHeld = [...compiled.titles, ...compiled.texts].every(holdsItsAmount)
  if (!isHeld || (!hasAmount(compiled.titles) && !hasAmount(compiled.texts)))
    throw new Error(`“${rule.name}”: {amount}?`)
  // A chat message has the name for a title that its sender gave himself: any title would be anybody's money.
  if (compiled.titles.some(({ tokens }) => tokens.every((token) => token === 'any')))
    throw new Error(`“${rule.name}”: "titles"?`)
  return compiled
}

/** `*{amount}*` would take any number of a text: an amount stands by something. */
function holdsItsAmount({ tokens }: Pattern): boolean {
  return tokens.every((token, at) => {
    const beside = [tokens[at - 1], tokens[at + 1]]
    return token !== 'amount' || beside.some((one) => typeof one === 'object')
  })
}

/**
 * The program's rules, after those of the seller's file where there is one.
 *
 * @throws Error naming what is wrong with the file.
 */
export function loadRules(path: string): Rules {
  const own = readOwn(path)
  if (!own) return compileRules(RULES)
  return compileRules({
    version: `${RULES.version}+${own.version}`,
    merged: [...own.merged, ...RULES.merged],
    totals: [...own.totals, ...RULES.totals],
    rules: [...own.rules, ...RULES.rules],
  })
}

export const DEFAULT_RULES: Rules = compileRules(RULES)

function readOwn(path: string): RuleBook | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { version, merged = [], totals = [], rules = [] } = JSON.parse(text) as Partial<RuleBook>
  if (typeof version !== 'string') throw new Error('"version"?')
  for (const list of [merged, totals]) if (!isTexts(list)) throw new Error('"merged", "totals"?')
  if (!Array.isArray(rules)) throw new Error('"rules"?')
  for (const rule of rules) checkRule(rule)
  return { version, merged, totals, rules }
}

function checkRule(rule: Partial<RuleText>): void {
  const named = typeof rule.name === 'string' ? rule.name : '?'
  const wrong = (key: string) => new Error(`“${named}”: "${key}"?`)
  if (named === '?') throw wrong('name')
  if (typeof rule.app !== 'string') throw wrong('app')
  if (rule.channel !== 'wechat' && rule.channel !== 'alipay') throw wrong('channel')
  if (!KINDS.some((kind) => kind === rule.kind)) throw wrong('kind')
  if (!isTexts(rule.titles) || rule.titles.length === 0) throw wrong('titles')
  if (!isTexts(rule.texts) || rule.texts.length === 0) throw wrong('texts')
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
