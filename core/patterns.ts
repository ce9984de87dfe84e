/**
 * The small language in which rules say what a notification looks like: plain text, `*` for anything or nothing,
 * `{amount}` for an amount and `{count}` for a whole number. A pattern covers the whole text. Matching takes time in
 * proportion to text × pattern, whatever a text looks like. The phone's own listener speaks the same language.
 */

export interface Pattern {
  readonly source: string
  readonly tokens: readonly Token[]
}

export type Token = { readonly text: string } | 'any' | 'amount' | 'count'

/** Every amount and count that stands where the pattern has one, over all ways in which the text fits it. */
export interface PatternReading {
  /** Without thousands separators. */
  readonly amounts: ReadonlySet<string>
  readonly counts: ReadonlySet<number>
}

export const LONGEST_PATTERN = 200
const LONGEST_TEXT = 2_000

/** @returns undefined for an empty or overlong pattern, or a `{word}` that the language does not have. */
export function findPattern(source: string): Pattern | undefined {
  if (source === '' || source.length > LONGEST_PATTERN) return undefined
  const tokens = source
    .split(/(\*|\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map(readToken)
  const isRight = tokens.every((token) => token !== undefined)
  return isRight
    ? { source, tokens: tokens.filter((one) => typeof one === 'string' || one.text !== '') }
    : undefined
}

function readToken(part: string): Token | undefined {
  if (part === '*') return 'any'
  if (part === '{amount}') return 'amount'
  if (part === '{count}') return 'count'
  return /[{}]/.test(part) ? undefined : { text: plain(part) }
}

/**
 * What apps, their versions and phones write differently without meaning anything by it: blanks, invisible marks, and
 * the width of a few signs. Digits stay as they are, and two numbers apart stay apart.
 */
export function plain(text: string): string {
  return text
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/￥/g, '¥')
    .replace(/：/g, ':')
    .replace(/，/g, ',')
    .replace(/（/g, '(')
    .replace(/）/g, ')')
    .replace(/\s+/g, ' ')
    .replace(/(?<![\d.,]) | (?![\d.,])/g, '')
}

/** @param text as `plain` left it; of a longer one its first 2,000 characters. @returns undefined when it does not fit. */
export function matchPattern({ tokens }: Pattern, text: string): PatternReading | undefined {
  const whole = text.slice(0, LONGEST_TEXT)
  if (!tokens.every((token) => typeof token === 'string' || whole.includes(token.text))) return undefined
  const open = backwards(tokens, whole)
  if (!open[0]?.has(0)) return undefined
  const reached = forwards(tokens, whole)
  const amounts = new Set<string>()
  const counts = new Set<number>()
  tokens.forEach((token, at) => {
    if (token !== 'amount' && token !== 'count') return
    for (const from of reached[at] ?? []) {
      const to = endOf(token, whole, from)
      if (to === undefined || !open[at + 1]?.has(to)) continue
      if (token === 'count') counts.add(Number(whole.slice(from, to)))
      else amounts.add(whole.slice(from, to).replaceAll(',', ''))
    }
  })
  return { amounts, counts }
}

/** Where the first n tokens can end. */
function forwards(tokens: readonly Token[], text: string): ReadonlySet<number>[] {
  const reached: Set<number>[] = [new Set([0])]
  for (const token of tokens) {
    const before = reached.at(-1) ?? new Set()
    if (token === 'any') reached.push(positions(Math.min(...before), text.length))
    else reached.push(new Set([...before].flatMap((from) => endOf(token, text, from) ?? [])))
  }
  return reached
}

/** From where the tokens after the first n can reach the end of the text. */
function backwards(tokens: readonly Token[], text: string): ReadonlySet<number>[] {
  const open: Set<number>[] = [new Set([text.length])]
  for (const token of tokens.toReversed()) {
    const after = open[0] ?? new Set()
    if (token === 'any') open.unshift(positions(0, Math.max(...after)))
    else
      open.unshift(
        new Set([...positions(0, text.length)].filter((from) => after.has(endOf(token, text, from) ?? -1))),
      )
  }
  return open
}

/** None when a bound is not finite. */
function positions(from: number, to: number): Set<number> {
  const all = new Set<number>()
  for (let at = from; at <= to && Number.isFinite(at); at += 1) all.add(at)
  return all
}

/** What makes the digits after it, or before it, a part of something longer. */
const LEADS_ON = /[\p{Nd}.,+-]$|\p{Nd}e$/iu
const GOES_ON = /^(?:\p{Nd}|e[+-]?\p{Nd}|[十百千万亿])/iu
/** Groups of one number, with blanks between: `1 234.56`. What has its cents has come to its end: `0.02 2026`. */
const LAST_GROUP = /^\d{3}(?!\d)/
const NEXT_GROUP = /^[.,]* \d/
const CENTS = /\.\d{2}$/
const NUMBER = /[\d.,]*/y
const AMOUNT = /^(0|[1-9]\d{0,6}|[1-9]\d{0,2},\d{3}|[1-9],\d{3},\d{3})(\.\d{1,2})?$/
const COUNT = /^[1-9]\d{0,5}$/

/** A number is taken as a whole or not at all: never a part of a longer one, never without its sign or its power. */
function endOf(token: Exclude<Token, 'any'>, text: string, from: number): number | undefined {
  if (typeof token !== 'string')
    return text.startsWith(token.text, from) ? from + token.text.length : undefined
  const before = text.slice(Math.max(0, from - 3), from)
  if (LEADS_ON.test(before)) return undefined
  NUMBER.lastIndex = from
  const number = (NUMBER.exec(text)?.[0] ?? '').replace(/[.,]+$/, '')
  const to = from + number.length
  if (!(token === 'amount' ? AMOUNT : COUNT).test(number)) return undefined
  return isWhole(before, number, text.slice(to, to + 4)) ? to : undefined
}

function isWhole(before: string, number: string, after: string): boolean {
  if (GOES_ON.test(after)) return false
  if (/\d[.,]? $/.test(before) && LAST_GROUP.test(number)) return false
  return CENTS.test(number) || !NEXT_GROUP.test(after)
}
