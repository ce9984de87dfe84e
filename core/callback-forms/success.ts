/** Which answers of the older protocols' clients mean that a callback arrived. */
import type { CallbackAnswer } from './form.ts'

const LOOKED_AT = 4_096

const SAYING = ['state', 'status', 'msg', 'message', 'code'] as const

/** As JSON says it, where a warning before or behind keeps it from being read as JSON. */
const SAID = new RegExp(`"(?:${SAYING.join('|')})"\\s*:\\s*"\\s*success\\s*"`, 'i')

/** A word of its own that is no name of a field. */
const WORD = /(?<![\w-])success(?![\w-])(?!["']\s*:)/i

/**
 * Status 2xx and: `success` in whatever case, or JSON that says so in a field of status, or a text that has the word
 * and is no page. “unsuccessful”, a sign-in page and a failure that quotes the word do not count.
 */
export function saysSuccess({ status, body }: CallbackAnswer): boolean {
  if (status < 200 || status > 299) return false
  const text = body
    .slice(0, LOOKED_AT)
    .replace(/^\ufeff/, '')
    .trim()
  if (/^success$/i.test(text)) return true
  const json = readJson(text)
  if (json !== undefined) return SAYING.some((name) => isSuccessWord(json[name]))
  if (/<!doctype|<html/i.test(text)) return false
  return text.startsWith('{') ? SAID.test(text) : WORD.test(text)
}

function isSuccessWord(value: unknown): boolean {
  return typeof value === 'string' && /^success$/i.test(value.trim())
}

function readJson(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
