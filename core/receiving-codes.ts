/** What a QR code in a seller's picture is, and what the picture's name tells about its amount. */
import { findYuan } from './money.ts'
import type { Cents } from './money.ts'
import type { Channel } from './vocabulary.ts'

export type CodeRefusal =
  | 'wechat_payment_code'
  | 'alipay_payment_code'
  | 'wechat_merchant_code'
  | 'alipay_merchant_code'
  | 'group_or_profile_code'
  | 'unknown_code'

/** `payload` is what to draw again; `key` is equal for two pictures of the same code. */
export type CodeReading =
  { ok: true; channel: Channel; payload: string; key: string } | { ok: false; reason: CodeRefusal }

/** As long as the column that keeps it. */
const MAX_CHARACTERS = 512

/** Seen in the wild: 42, 53 and 74 characters in all. The part behind the scheme tells large from small. */
const WECHAT_CODE = /^wxp:(\/\/f2f[\w-]{11,})$/i
/** Seen in the wild: 44 and 45 characters in all; also in capitals, and with `?t=` or `?_s=` behind. */
const ALIPAY_CODE = /^https?:\/\/qr\.alipay\.com\/((?:fkx|tsx)[a-z0-9]{10,})\/?(?:[?#]\S*)?$/i

/** What else sellers photograph by mistake, by how it begins. Payment codes are what a buyer shows to pay. */
const KNOWN_OTHERS: readonly (readonly [RegExp, CodeRefusal])[] = [
  [/^1[0-5]\d{16}$/, 'wechat_payment_code'],
  [/^(?:2[5-9]|30)\d{14,22}$/, 'alipay_payment_code'],
  [/^weixin:\/\/wxpay\//i, 'wechat_merchant_code'],
  [/^https?:\/\/payapp\.weixin\.qq\.com\//i, 'wechat_merchant_code'],
  [/^https?:\/\/qr\.alipay\.com\/a6x/i, 'group_or_profile_code'],
  [/^https?:\/\/qr\.alipay\.com\/(?:00c|bax|stx)/i, 'alipay_merchant_code'],
  [
    /^https?:\/\/(?:u\.wechat\.com|weixin\.qq\.com|work\.weixin\.qq\.com|qm\.qq\.com)\//i,
    'group_or_profile_code',
  ],
]

/** @param text what a QR code says; spaces around it do not count. */
export function readReceivingCode(text: string): CodeReading {
  const payload = text.trim()
  if (payload.length > MAX_CHARACTERS) return { ok: false, reason: 'unknown_code' }

  const wechat = WECHAT_CODE.exec(payload)?.[1]
  if (wechat) return { ok: true, channel: 'wechat', payload, key: `wxp:${wechat}` }

  const alipay = ALIPAY_CODE.exec(payload)?.[1]
  if (alipay)
    return { ok: true, channel: 'alipay', payload, key: `https://qr.alipay.com/${alipay.toLowerCase()}` }

  const reason = KNOWN_OTHERS.find(([form]) => form.test(payload))?.[1]
  return { ok: false, reason: reason ?? 'unknown_code' }
}

const EXTENSION = /\.(?:png|jpe?g|webp|gif|bmp|heic)$/i
/** `(1)` and the like, which systems add when a name is taken. */
const COPY_COUNTER = /\s*(?:\(\d+\)|- ?副本|- ?copy)$/i

/** A number that is not a piece of a longer one, a date, a time or a version. */
const NUMBER = String.raw`(?<![\d.,:])\d+(?:\.\d+)?(?![.,:]?\d)`
const MARKED = new RegExp(String.raw`¥\s*(${NUMBER})|(${NUMBER})\s*(?:元|块|yuan|rmb|cny)`, 'gi')
const WITH_POINT = /(?<![\d.,:])\d+\.\d+(?![.,:]?\d)(?![a-z%])/gi
const WHOLE_NAME = /^[1-9]\d{0,4}$/

/**
 * The amount that a file's name states: `1.00.png`, `0.99元.jpg`, `wx_0.98 (1).png`, `5.png`. A number needs a
 * decimal point or a mark of money, or to be the whole name; next to a date or a counter it needs the mark.
 *
 * @returns undefined when there is no such amount or more than one.
 */
export function amountFromFileName(name: string): Cents | undefined {
  // NFKC makes ￥ a ¥ and the full-width digits, points and brackets plain ones.
  const stem = name.normalize('NFKC').trim().replace(EXTENSION, '').replace(COPY_COUNTER, '').trim()
  if (WHOLE_NAME.test(stem)) return findYuan(stem)

  const marked = [...stem.matchAll(MARKED)].map(([, after, before]) => after ?? before ?? '')
  if (marked.length > 0) return onlyAmount(marked)

  const withPoint = stem.match(WITH_POINT) ?? []
  const rest = stem.replace(WITH_POINT, '')
  return /\d/.test(rest) ? undefined : onlyAmount(withPoint)
}

function onlyAmount(texts: readonly string[]): Cents | undefined {
  const amounts = new Set(texts.map(findYuan))
  return amounts.size === 1 ? [...amounts][0] : undefined
}
