/** An order of the Api edition, in the words of its two versions: how it is asked for, and how it is told. */
import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import type { MerchantOrder } from '../../core/asked-orders.ts'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { MerchantWish } from '../../core/merchant-wish.ts'
import { isNamedHost } from '../../core/merchants.ts'
import { formatYuan } from '../../core/money.ts'
import { canBePaid } from '../../core/orders.ts'
import type { Shop } from '../../core/shop.ts'
import { CHANNELS, type Channel } from '../../core/vocabulary.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import { readAmount, readExtra, readNotifyUrl, readNumber } from './asked-fields.ts'
import { requireSign, say, type Sent, type SignedForm } from './dialect.ts'

/** What a version calls things, and what it says of those that are missing. */
interface Version {
  readonly channel: 'pay_type' | 'order_type'
  readonly price: 'pay_price' | 'qr_price'
  readonly code: 'pay_qr' | 'qr_url'
  readonly own: 'pay_format' | 'order_name'
  readonly missing: Readonly<Record<'order_id' | 'order_price' | 'sign' | 'redirect_url', string>>
  readonly zero: string
}

const OLDER: Version = {
  channel: 'pay_type',
  price: 'pay_price',
  code: 'pay_qr',
  own: 'pay_format',
  missing: {
    order_id: '参数不完整!',
    order_price: '参数不完整!',
    sign: '参数不完整!',
    redirect_url: 'redirect_url参数不能为空!',
  },
  zero: '金额不能小于等于0!',
}

const NEWER: Version = {
  channel: 'order_type',
  price: 'qr_price',
  code: 'qr_url',
  own: 'order_name',
  missing: {
    order_id: 'order_id不为空',
    order_price: 'order_price不为空!',
    sign: '签名错误',
    redirect_url: 'redirect_url不为空!',
  },
  zero: 'order_price不小于等于0!',
}

/** Signed like an order's number, this text would be a notice of money. */
const LIKE_A_NOTICE = /^[\d.]+(wechat|alipay)$/

export async function placeApiOrder(
  { shop, callbackAllow }: ApiContext,
  { ctx, merchant, sent }: { ctx: Context; merchant: MerchantRow; sent: Sent },
): Promise<MerchantOrder> {
  const version = sent.has('order_type') ? NEWER : OLDER
  for (const [name, sentence] of Object.entries(version.missing)) {
    if (sent.bytes(name).length === 0) say(sentence)
  }
  const { keyId, text } = await requireSign({ shop, ctx, merchant, sent }, formsOf(sent), '签名错误')
  const wish = readWish(version, sent, callbackAllow)
  if (!isNamedHost(merchant, wish.notifyUrl)) say('redirect_url 的域名不在商户设置的网站里')
  const signed = { keyId, signedText: text }
  return placeMerchantOrder(shop, { ...wish, ...signed, merchant, protocol: 'api_edition', mode: 'live' })
}

/**
 * `md5(md5(order_id + order_price) + key)` over the characters that came. A price that JSON carries as a number may be
 * signed in the way JavaScript and PHP print it: `1.00` as `1`.
 */
function formsOf(sent: Sent): SignedForm[] {
  const price = sent.bytes('order_price')
  const prices = [price, Buffer.from(String(Number(price.toString())))]
  return prices.map((one) => {
    const text = Buffer.concat([sent.bytes('order_id'), one])
    const inner = md5(text)
    return { text: text.toString('latin1'), signed: (secret) => md5(inner + secret) }
  })
}

function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex')
}

function readWish(
  version: Version,
  sent: Sent,
  allow: readonly string[],
): Omit<MerchantWish, 'merchant' | 'protocol' | 'mode' | 'keyId'> {
  const orderId = readNumber('order_id', sent.text('order_id'))
  if (LIKE_A_NOTICE.test(orderId)) say('order_id 不能是金额加 wechat 或 alipay 的形式')
  const name = sent.text('order_name')
  const extension = readExtra('extension', sent.text('extension'))
  const notifyUrl = readNotifyUrl('redirect_url', sent.text('redirect_url'), allow)
  const format = sent.text('pay_format') === 'html' ? 'html' : 'json'
  return {
    outTradeNo: orderId,
    subject: shownName(name) || orderId,
    amountCents: readAmount(sent.text('order_price'), version.zero),
    ...readChannel(version, sent, format),
    notifyUrl,
    returnUrl: '',
    request: {
      order_price: sent.text('order_price'),
      extension,
      ...(version === NEWER ? { order_name: shownName(name) } : { pay_format: format }),
    },
    lasting: [name, extension, notifyUrl],
  }
}

/** As long as the column of the old servers was. */
const NAME_SIZE = 255

function shownName(text: string): string {
  return [...text.replace(/\p{Cc}+/gu, ' ')].slice(0, NAME_SIZE).join('')
}

/** The site draws the code itself unless it wants our page: there the buyer may choose where the site did not. */
function readChannel(
  version: Version,
  sent: Sent,
  format: 'json' | 'html',
): Pick<MerchantWish, 'channel' | 'likelyChannel'> {
  const named = sent.text(version.channel)
  if (named === '' && version === OLDER) {
    return format === 'html' ? { likelyChannel: 'wechat' } : { channel: 'wechat' }
  }
  const channel = CHANNELS.find((one) => one === named)
  return { channel: channel ?? say(`${version.channel} 只能是 wechat 或 alipay`) }
}

/** By the names of the version in which the order was asked for; `pay_status` is 未支付, 已支付 or 已过期. */
export function apiOrderRow(shop: Shop, { order, asked }: MerchantOrder): Record<string, string> {
  const request = JSON.parse(asked.request) as Record<string, string>
  const version = 'order_name' in request ? NEWER : OLDER
  const payable = canBePaid(order, shop.now())
  return {
    order_id: asked.out_trade_no,
    [version.channel]: order.channel satisfies Channel,
    order_price: request.order_price ?? '',
    [version.own]: request[version.own] ?? '',
    extension: request.extension ?? '',
    redirect_url: asked.notify_url,
    [version.code]: payable ? order.code_payload : '', // its amount may be somebody else's by now
    [version.price]: formatYuan(order.due_cents),
    pay_status: order.paid_at !== null ? '已支付' : payable ? '未支付' : '已过期',
  }
}
