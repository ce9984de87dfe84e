/** What a signed request of 易支付 asks for, by the rules of its parameters. */
import type { Context } from 'koa'
import { checkCallUrl } from '../../com/http.ts'
import { fail } from '../../core/errors.ts'
import type { MerchantWish } from '../../core/merchant-wish.ts'
import { findMerchantYuan } from '../../core/money.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { Signer } from './epay-request.ts'
import { failField, trimmed } from './epay-words.ts'
import type { FlatForm } from './flat-form.ts'

const OUT_TRADE_NO = /^[a-zA-Z0-9._\-|]{1,150}$/

const MAX_URL = 1_024

const MAX_NAME_BYTES = 127

const MAX_PARAM = 512

/** How sites call the channels. What is not named here is a name of the site's own: then the buyer chooses. */
const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['alipay', 'alipay'],
  ['wxpay', 'wechat'],
  ['wechat', 'wechat'],
  ['weixin', 'wechat'],
])

/** Ways to pay that the protocol knows and nobody can use here. */
const UNSERVED = new Set(['qqpay', 'tenpay', 'bank', 'unionpay', 'jdpay', 'paypal', 'ecny'])

export interface EpayTerms {
  /** `host:port` of inner sites that may be called. */
  readonly callbackAllow: readonly string[]
  readonly needsReturn: boolean
  /** Where the merchant names no channel. */
  readonly likelyChannel: Channel | undefined
  readonly locale: MerchantWish['locale']
}

/** @throws ShopError `bad_input` with the field that is missing or wrong, `bad_amount` */
export function wishOf(form: FlatForm, { merchant, keyId }: Signer, terms: EpayTerms): MerchantWish {
  const value = (name: string) => trimmed(form.text(name))
  const needed = (name: string) => value(name) || failField(name, 'missing')
  const outTradeNo = needed('out_trade_no')
  if (!OUT_TRADE_NO.test(outTradeNo)) failField('out_trade_no', 'malformed')
  const notifyUrl = checkNotifyUrl(needed('notify_url'), terms.callbackAllow)
  const returnUrl = terms.needsReturn ? needed('return_url') : value('return_url')
  if (returnUrl !== '') checkUrl('return_url', returnUrl)
  const name = firstBytes(needed('name'), MAX_NAME_BYTES)
  const money = needed('money')
  const type = value('type')
  const param = form.text('param') ?? ''
  if (param.length > MAX_PARAM) failField('param', 'too_long')
  return {
    merchant,
    protocol: 'epay',
    mode: 'live',
    keyId,
    outTradeNo,
    subject: name.replace(/\p{Cc}+/gu, ' '),
    amountCents: findMerchantYuan(money) ?? fail('bad_amount'),
    channel: channelOf(type),
    likelyChannel: terms.likelyChannel,
    notifyUrl,
    returnUrl,
    request: { pid: value('pid'), type, name, money, param },
    lasting: [name, notifyUrl, returnUrl, param],
    locale: terms.locale,
  }
}

function channelOf(type: string): Channel | undefined {
  if (!/^[\w.-]{0,32}$/.test(type)) failField('type', 'malformed')
  if (UNSERVED.has(type)) failField('type', 'unsupported', type)
  return CHANNELS.get(type)
}

const NOTIFY_FAULTS = {
  not_http: 'malformed',
  userinfo: 'malformed',
  too_long: 'too_long',
  port: 'port',
  private: 'private',
} as const

function checkNotifyUrl(url: string, allow: readonly string[]): string {
  checkUrl('notify_url', url)
  const verdict = checkCallUrl(url, allow)
  return verdict === 'ok' ? url : failField('notify_url', NOTIFY_FAULTS[verdict])
}

function checkUrl(field: string, url: string): void {
  if (url.length > MAX_URL) failField(field, 'too_long')
  if (!/^https?:\/\//i.test(url) || /\p{Cc}/u.test(url) || !URL.canParse(url)) failField(field, 'malformed')
}

/** As much of it as fits, no character in halves. */
function firstBytes(text: string, limit: number): string {
  let size = 0
  let end = 0
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > limit) break
    end += character.length
  }
  return text.slice(0, end)
}

/** The app that opened the page; else on a phone the one that its browser can open. */
export function likelyChannelOf(ctx: Context): Channel | undefined {
  const agent = ctx.get('User-Agent')
  if (/MicroMessenger/i.test(agent)) return 'wechat'
  return /AlipayClient|Mobile|Android|iPhone|iPad/i.test(agent) ? 'alipay' : undefined
}
