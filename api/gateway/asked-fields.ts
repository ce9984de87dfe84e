/** Fields that the older protocols have in common: numbers, amounts and addresses that a site sends. */
import { checkCallUrl } from '../../com/http.ts'
import { formEncoded } from '../../core/callback-forms/form.ts'
import { findMerchantYuan } from '../../core/money.ts'
import { say } from './dialect.ts'

/** No blank at either end: databases differ in whether one there counts. */
const NUMBER = /^(?!\s)[^\p{Cc}]{1,150}(?<!\s)$/u

/** The site's own number of an order. */
export function readNumber(name: string, text: string): string {
  return NUMBER.test(text) ? text : say(`${name} 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格`)
}

/** @param text not checked for being there. */
export function readAmount(text: string, zero: string): number {
  if (/^-?0*(\.0*)?$/.test(text) || text.startsWith('-')) say(zero)
  return findMerchantYuan(text) ?? say('金额格式不正确，请填写如 9.90 的金额，最多两位小数')
}

/** It goes back in an address, and those have an end. */
const MAX_ESCAPED = 4_096

export function readExtra(name: string, text: string): string {
  return formEncoded([['', text]]).length <= MAX_ESCAPED ? text : say(`${name} 过长`)
}

const MAX_ADDRESS = 1_024

const FAULTS: Readonly<Record<Exclude<ReturnType<typeof checkCallUrl>, 'ok'>, string>> = {
  not_http: '必须以 http:// 或 https:// 开头',
  userinfo: '不能带用户名和密码',
  port: '只能用 80 或 443 端口；其他端口须由收款方在 CALLBACK_ALLOW 中允许',
  private: '指向内网；须由收款方在 CALLBACK_ALLOW 中允许',
  too_long: `最多 ${MAX_ADDRESS} 个字符`,
}

/** Where the site wants to be told; empty: nowhere. */
export function readNotifyUrl(name: string, url: string, allow: readonly string[]): string {
  if (url === '') return ''
  const checked = url.length > MAX_ADDRESS ? 'too_long' : checkCallUrl(plain(name, url), allow)
  return checked === 'ok' ? url : say(`${name} 不可用：${FAULTS[checked]}`)
}

/** Where the buyer goes afterwards; empty: nowhere. */
export function readReturnUrl(name: string, url: string): string {
  if (url === '') return ''
  if (url.length > MAX_ADDRESS) say(`${name} 不可用：${FAULTS.too_long}`)
  const isWeb = /^https?:\/\//i.test(plain(name, url)) && URL.canParse(url)
  return isWeb ? url : say(`${name} 不可用：${FAULTS.not_http}`)
}

function plain(name: string, url: string): string {
  return /\p{Cc}/u.test(url) ? say(`${name} 含有控制字符`) : url
}
