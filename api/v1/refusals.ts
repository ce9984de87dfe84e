/** How our own API says no: one form, with a type to decide by, a code to be exact, and a sentence for people. */
import { REFUSALS, type RefusalCode, type RefusalDetails } from '../../core/errors.ts'
import type { Locale } from '../../core/vocabulary.ts'
import { sentenceFor } from '../sentences.ts'

export const ERROR_TYPES = [
  'invalid_request',
  'authentication',
  'permission',
  'idempotency',
  'rate_limit',
  'conflict',
  'api',
] as const
export type ErrorType = (typeof ERROR_TYPES)[number]

export interface V1Error {
  readonly type: ErrorType
  readonly code: RefusalCode | 'fault'
  readonly message: string
  /** The parameter or header that is meant. */
  readonly param?: string
}

const BY_STATUS: Readonly<Record<number, ErrorType>> = {
  401: 'authentication',
  403: 'permission',
  409: 'conflict',
  429: 'rate_limit',
  500: 'api',
  503: 'api',
}

export function typeOf(code: RefusalCode | 'fault'): ErrorType {
  if (code === 'idempotency_mismatch' || code === 'idempotency_busy') return 'idempotency'
  return BY_STATUS[code === 'fault' ? 500 : REFUSALS[code]] ?? 'invalid_request'
}

export function v1Error(code: RefusalCode | 'fault', details: RefusalDetails, locale: Locale): V1Error {
  const { field } = details
  return {
    type: typeOf(code),
    code,
    message: SENTENCES[locale][code]?.(details) ?? sentenceFor(code, details, locale),
    ...(typeof field === 'string' && { param: field }),
  }
}

type Sentences = Readonly<Partial<Record<RefusalCode | 'fault', (details: RefusalDetails) => string>>>

/** Where whoever writes a program must know something else than a buyer or a seller. */
const SENTENCES: Readonly<Record<Locale, Sentences>> = {
  'zh-CN': {
    bad_input: ({ field, reason = '请检查后重试' }) => `参数 ${String(field)} 不正确：${String(reason)}。`,
    order_not_found: () => '没有这个订单：请检查订单号，并确认密钥与订单同属正式或测试模式。',
    not_found: () => '没有找到：请检查路径和编号，并确认密钥与它同属正式或测试模式。',
    wrong_state: ({ state }) => `当前状态不允许此操作${state === undefined ? '' : `（${String(state)}）`}。`,
    order_changed: () => '这个 out_trade_no 已用于其他参数的订单，请换一个订单号。',
    order_paid: () => '这个 out_trade_no 的订单已付款，请勿重复下单。',
    method_not_allowed: () => '这个路径不支持此请求方法，见 Allow 响应头。',
    unsupported_media_type: () => '请求体须为 JSON：Content-Type: application/json。',
    fault: ({ requestId }) =>
      `服务器出错了（编号 ${String(requestId)}）。请换一个 Idempotency-Key 重试；out_trade_no 不变，订单不会重复创建。`,
  },
  en: {
    bad_input: ({ field, reason = 'check it and try again' }) =>
      `The parameter ${String(field)} is not right: ${String(reason)}.`,
    order_not_found: () =>
      'There is no such order. Check the id, and that key and order are of the same mode.',
    not_found: () =>
      'There is nothing here. Check the path and the id, and that key and object are of the same mode.',
    wrong_state: ({ state }) =>
      `The present state does not allow that${state === undefined ? '' : ` (${String(state)})`}.`,
    order_changed: () => 'This out_trade_no was used with other parameters. Use a new one.',
    order_paid: () => 'The order of this out_trade_no is paid already.',
    method_not_allowed: () => 'This path does not take this method; see the header Allow.',
    unsupported_media_type: () => 'Send the body as JSON, with Content-Type: application/json.',
    fault: ({ requestId }) =>
      `The server failed (${String(requestId)}). Try again with a new Idempotency-Key and the same out_trade_no: no order is made twice.`,
  },
}
