/** What a site of each older protocol can ask without placing an order, signed with its key, and bare. */
import { createHash } from 'node:crypto'
import type { Protocol } from '../../core/vocabulary.ts'

export interface Question {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  /** The same without the key. */
  readonly shownPath: string
  /** Of a form; empty for GET. */
  readonly body: string
  /** Whether the answer is what the protocol says to it. */
  isRight(answer: string): boolean
}

interface Questions {
  /** Only the right number and key get the answer of this one. */
  readonly signed: Question
  /** Any program of the protocol refuses this one, and in its own way: something else in front would not. */
  readonly bare: Question
}

type Ask = (pid: string, key: string, now: number) => Questions

export const QUESTIONS: Readonly<Record<Exclude<Protocol, 'v1'>, Ask>> = {
  epay: (pid, key) => ({
    signed: {
      ...get('/api.php', { act: 'query', pid, key }),
      shownPath: get('/api.php', { act: 'query', pid, key: '…' }).shownPath,
      isRight: (answer) => codeOf(answer) === 1,
    },
    bare: { ...get('/api.php', { act: 'query', pid }), isRight: refused },
  }),

  vmq: (pid, key, now) => ({
    signed: {
      ...get(`/vmq/${pid}/getState`, { t: String(now), sign: md5(`${now}${key}`) }),
      isRight: (answer) => codeOf(answer) === 1,
    },
    bare: { ...get(`/vmq/${pid}/getState`, { t: String(now) }), isRight: refused },
  }),

  // A price of nothing is refused after the signature was looked at, and places no order.
  api_edition: (pid, key) => ({
    signed: {
      ...post(`/m/${pid}/api/order`, { ...API_ORDER, sign: md5(md5(API_ORDER.order_id + '0') + key) }),
      isRight: (answer) => codeOf(answer) === -1 && /金额|order_price/.test(answer),
    },
    bare: { ...get(`/m/${pid}/api/orderstatus`, { order_id: API_ORDER.order_id }), isRight: refused },
  }),
}

const API_ORDER = {
  order_id: 'TEST',
  order_price: '0',
  order_type: 'wechat',
  redirect_url: 'https://example.com/',
}

function get(path: string, query: Record<string, string>): Omit<Question, 'isRight'> {
  const whole = `${path}?${new URLSearchParams(query)}`
  return { method: 'GET', path: whole, shownPath: decodeURI(whole), body: '' }
}

function post(path: string, form: Record<string, string>): Omit<Question, 'isRight'> {
  return { method: 'POST', path, shownPath: path, body: new URLSearchParams(form).toString() }
}

function refused(answer: string): boolean {
  const code = codeOf(answer)
  return code !== undefined && code < 0
}

/** @returns undefined where it is no JSON of these protocols. */
function codeOf(answer: string): number | undefined {
  try {
    const { code } = JSON.parse(answer) as { code?: unknown }
    return typeof code === 'number' ? code : undefined
  } catch {
    return undefined
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
