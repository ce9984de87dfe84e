/** What 易支付 answers where it refuses: a code for the site, a sentence for whoever reads it there. */
import type { Context } from 'koa'
import { nanoid } from 'nanoid'
import { fail, type RefusalCode, type RefusalDetails } from '../../core/errors.ts'
import type { Shop } from '../../core/shop.ts'
import { asRefusal, findWait } from '../errors.ts'
import { sentenceFor } from '../sentences.ts'

export interface Problem {
  /** -2 channel, -3 merchant, key or signature, -4 something is missing, -1 anything else. */
  readonly code: -1 | -2 | -3 | -4
  readonly zh: string
  readonly en: string
  /** Until an amount of this price comes free. */
  readonly freeInSeconds: number | undefined
  /** Of an order that was asked for once more after it was paid. */
  readonly paidOrderId: string | undefined
}

type FieldFault =
  'missing' | 'unknown' | 'wrong' | 'unsupported' | 'malformed' | 'too_long' | 'private' | 'port'

/** @param value what the sentence may repeat. @throws ShopError `bad_input` */
export function failField(field: string, fault: FieldFault, value = ''): never {
  return fail('bad_input', { field, fault, value })
}

const BLANKS = ' \t\n\r\0\v'

/** Without the blanks at its ends, those that PHP takes off. */
export function trimmed(text = ''): string {
  let [from, to] = [0, text.length]
  while (from < to && BLANKS.includes(text.charAt(from))) from += 1
  while (from < to && BLANKS.includes(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

/** A fault is logged under the number that its sentence names. */
export function problemOf(shop: Shop, ctx: Context, error: unknown, outTradeNo = ''): Problem {
  const refusal = asRefusal(error)
  if (!refusal) {
    const requestId = nanoid(10)
    shop.log.error({ requestId, method: ctx.method, path: ctx.path, err: error }, 'a request failed')
    return problem('fault', { requestId }, -1)
  }
  const { code, details } = refusal
  const waitS = findWait(code, details)
  if (waitS !== undefined) ctx.set('Retry-After', String(waitS))
  if (code === 'bad_input' && details.fault !== undefined) return fieldProblem(details)
  const own = SENTENCES[code]?.(outTradeNo, details)
  return { ...problem(code, details, UNPAYABLE.has(code) ? -2 : -1), ...own }
}

const UNPAYABLE: ReadonlySet<RefusalCode> = new Set([
  'channel_unavailable',
  'no_code_for_price',
  'no_free_amount',
])

function problem(cause: RefusalCode | 'fault', details: RefusalDetails, code: Problem['code']): Problem {
  const { freeInSeconds: seconds, orderId } = details
  return {
    code,
    zh: sentenceFor(cause, details, 'zh-CN'),
    en: sentenceFor(cause, details, 'en'),
    freeInSeconds: typeof seconds === 'number' ? seconds : undefined,
    paidOrderId: typeof orderId === 'string' ? orderId : undefined,
  }
}

type Sentence = Pick<Problem, 'zh' | 'en'>

/** Sites know the first two by heart. */
const SENTENCES: Partial<Record<RefusalCode, (number: string, details: RefusalDetails) => Sentence>> = {
  order_changed: (number) => ({
    zh: `该订单(${number})支付参数有变化，请更换订单号重新发起支付`,
    en: `Order ${number} was asked for before with other parameters. Use a new order number.`,
  }),
  order_paid: (number) => ({
    zh: `该订单(${number})已完成支付，请勿重复发起支付`,
    en: `Order ${number} is paid already.`,
  }),
  wrong_state: (number) => ({
    zh: `该订单(${number})已关闭，请更换订单号重新发起支付`,
    en: `Order ${number} was closed. Use a new order number.`,
  }),
  no_free_amount: (_, { freeInSeconds }) => ({
    zh: `当前付款人数较多，约 ${Number(freeInSeconds)} 秒后可以支付，请届时重试`,
    en: `Many people are paying just now: try again in about ${Number(freeInSeconds)} seconds.`,
  }),
  bad_amount: () => ({
    zh: '金额(money)格式不正确，应为大于 0 的数字，最多两位小数，如 1.00',
    en: 'money is not an amount: more than 0, at most two decimals, such as 1.00.',
  }),
}

const LABELS: Readonly<Record<string, string>> = {
  pid: '商户ID',
  sign: '签名',
  key: '商户密钥',
  type: '支付方式',
  out_trade_no: '订单号',
  notify_url: '异步通知地址',
  return_url: '同步跳转地址',
  name: '商品名称',
  money: '金额',
  param: '业务扩展参数',
}

const FAULTS: Readonly<Record<FieldFault, (label: string, field: string) => Sentence>> = {
  missing: (label, field) => ({ zh: `${label}不能为空`, en: `${field} is missing.` }),
  unknown: (label, field) => ({ zh: `${label}不存在或已停用`, en: `${field}: unknown, or switched off.` }),
  wrong: (label, field) => ({
    zh: `${label}不正确，请检查商户密钥`,
    en: `${field} is wrong: check the key.`,
  }),
  unsupported: (label, field) => ({ zh: `不支持该${label}`, en: `${field}: not supported.` }),
  malformed: (label, field) => ({ zh: `${label}格式不正确`, en: `${field} is malformed.` }),
  too_long: (label, field) => ({ zh: `${label}过长`, en: `${field} is too long.` }),
  private: (label, field) => ({
    zh: `${label}指向内网，收款系统不会访问；卖家可在 CALLBACK_ALLOW 中允许`,
    en: `${field} leads to a private network. The seller may allow it in CALLBACK_ALLOW.`,
  }),
  port: (label, field) => ({
    zh: `${label}的端口不是 80 或 443；卖家可在 CALLBACK_ALLOW 中允许`,
    en: `${field}: the port is neither 80 nor 443. The seller may allow it in CALLBACK_ALLOW.`,
  }),
}

const ABOUT_THE_KEY = new Set(['pid', 'sign', 'sign_type', 'key'])

function fieldProblem(details: RefusalDetails): Problem {
  const { field, fault, value } = details as { field: string; fault: FieldFault; value: string }
  const label = LABELS[field] === undefined ? field : `${LABELS[field]}(${field})`
  const sentence = (value && UNSUPPORTED[field]?.(value)) || FAULTS[fault](label, field)
  const code = fault === 'missing' ? -4 : ABOUT_THE_KEY.has(field) ? -3 : -1
  return { ...problem('bad_input', {}, code), ...sentence }
}

const UNSUPPORTED: Readonly<Record<string, (value: string) => Sentence>> = {
  type: (value) => ({
    zh: `不支持支付方式 ${value}，可用的支付方式(type)：alipay、wxpay`,
    en: `type ${value} is not supported. Use alipay or wxpay.`,
  }),
  sign_type: (value) => ({
    zh: `不支持 ${value} 签名，请使用 MD5 (V1 接口)`,
    en: `sign_type ${value} is not supported. Use MD5, the interface V1.`,
  }),
}
