/** The body that a forwarder sends: fields, or bare lines from tools that paste a notification without escaping it. */
import type { Context } from 'koa'
import { ShopError } from '../../core/errors.ts'
import type { Notification } from '../../core/recognise.ts'
import { plainTitle, readTemplate } from '../../core/sms-forwarder-text.ts'
import { decodeText, formOf, readBody, type FlatForm } from '../gateway/flat-form.ts'

export interface ForwardBody {
  /** As it came. */
  readonly text: string
  /** Undefined for what has none, or has one twice. */
  readonly form: FlatForm | undefined
}

export async function readForwardBody(ctx: Context): Promise<ForwardBody> {
  const bytes = await orRefused(() => readBody(ctx))
  if (!bytes) return { text: '', form: undefined }
  const text = decodeText(bytes)
  const form = saysTwice(text) ? undefined : await orRefused(() => formOf(ctx, bytes, true))
  return { text, form }
}

async function orRefused<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ShopError) return undefined
    throw error
  }
}

/** One that does not end goes to the end of the text: looked for again from each quotation mark, it would take its time. */
const STRING_BEFORE_COLON = /("(?:[^"\\]|\\[^]?)*(?:"|$))\s*(:)?/g

/**
 * In JSON that a notification was pasted into as it is, a message can end its own field and say the title anew: it
 * would stand there twice, and the last would count.
 */
function saysTwice(text: string): boolean {
  if (!/^[\s\ufeff]*\{/.test(text)) return false
  const names = [...text.matchAll(STRING_BEFORE_COLON)].flatMap(([, name, colon]) => (colon ? [name] : []))
  return new Set(names.map(unescaped)).size < names.length
}

function unescaped(name = ''): string {
  try {
    return String(JSON.parse(name))
  } catch {
    return name
  }
}

const PACKAGE = /^[A-Za-z]\w*(?:\.\w+)+$/

/** The package, the title, and then the text in as many lines as it has: nothing in it can pass for something else. */
export function readLines(text: string): Notification[] | undefined {
  const [app = '', title = '', ...rest] = text.replace(/^\ufeff/, '').split(/\r?\n/)
  if (!PACKAGE.test(app.trim()) || rest.length === 0) return undefined
  return [{ app: app.trim(), title: plainTitle(title.trim()), text: rest.join('\n') }]
}

export function readFields(form: FlatForm): Notification[] | undefined {
  const app = form.text('package') ?? form.text('from')
  const [text, content] = [form.text('text'), form.text('content')]
  if (!app || (text === undefined && content === undefined)) return undefined
  if (text === undefined) return readTemplate(app, content ?? '')
  return [{ app, title: plainTitle(form.text('title') ?? ''), text }]
}
