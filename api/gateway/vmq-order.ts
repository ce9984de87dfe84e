/** An order of V免签: how it is asked for, and how it is told. */
import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import { isUntold } from '../../core/callbacks.ts'
import { orUnheard } from '../../core/listening.ts'
import type { MerchantOrder } from '../../core/asked-orders.ts'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { MerchantWish } from '../../core/merchant-wish.ts'
import { scopeOf } from '../../core/merchants.ts'
import { canBePaid } from '../../core/orders.ts'
import type { Shop } from '../../core/shop.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import { readAmount, readExtra, readNotifyUrl, readNumber, readReturnUrl } from './asked-fields.ts'
import { requireSign, say, type Sent } from './dialect.ts'

export interface VmqRequest {
  readonly ctx: Context
  readonly merchant: MerchantRow
  readonly sent: Sent
}

const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['1', 'wechat'],
  ['2', 'alipay'],
])

const NEEDED = [
  ['payId', '请传入商户订单号'],
  ['type', '请传入支付方式=>1|微信 2|支付宝'],
  ['price', '请传入订单金额'],
  ['sign', '请传入签名'],
] as const

/** A number that came before is refused; a buyer's browser that comes again is shown the order while it is open. */
export async function placeVmqOrder(
  { shop, callbackAllow }: ApiContext,
  asked: VmqRequest,
): Promise<MerchantOrder> {
  const { merchant, sent } = asked
  for (const [name, sentence] of NEEDED) if (sent.bytes(name).length === 0) say(sentence)
  const { keyId, text } = await requireVmqSign(shop, asked, SIGNED, '签名错误')
  const wish = readWish(merchant, sent, callbackAllow)
  const { channel } = wish
  const signed = { keyId, signedText: text }
  const place = () =>
    placeMerchantOrder(shop, { ...wish, ...signed, merchant, protocol: 'vmq', mode: 'live' })
  return orUnheard(shop, channel, scopeOf(merchant, 'live'), place)
}

type Read = Omit<MerchantWish, 'merchant' | 'protocol' | 'mode' | 'keyId'> & { readonly channel: Channel }

function readWish(merchant: MerchantRow, sent: Sent, allow: readonly string[]): Read {
  const [payId, type, param] = [sent.text('payId'), sent.text('type'), sent.text('param')]
  const channel = CHANNELS.get(type) ?? say('支付方式错误=>1|微信 2|支付宝')
  const notifyUrl = sent.text('notifyUrl') || merchant.notify_url
  const returnUrl = sent.text('returnUrl') || merchant.return_url
  return {
    outTradeNo: readNumber('payId', payId),
    subject: payId,
    amountCents: readAmount(sent.text('price'), '订单金额必须大于0'),
    channel,
    notifyUrl: readNotifyUrl('notifyUrl', notifyUrl, allow),
    returnUrl: readReturnUrl('returnUrl', returnUrl),
    request: { type, param: readExtra('param', param) },
    lasting: [type, param, notifyUrl, returnUrl],
    repeat: sent.text('isHtml') === '1' ? 'show' : 'refuse',
  }
}

const SIGNED = ['payId', 'param', 'type', 'price'] as const

/** `md5` of values and key, one behind the other as they came. */
export function requireVmqSign(
  shop: Shop,
  asked: VmqRequest,
  names: readonly string[],
  wrong: string,
): ReturnType<typeof requireSign> {
  const text = Buffer.concat(names.map((name) => asked.sent.bytes(name)))
  const signed = (key: string) =>
    createHash('md5')
      .update(Buffer.concat([text, Buffer.from(key)]))
      .digest('hex')
  return requireSign({ shop, ...asked }, [{ text: text.toString('latin1'), signed }], wrong)
}

/** Amounts are numbers of yuan, times seconds, its time to pay whole minutes. */
export async function vmqOrderData(shop: Shop, { order, asked }: MerchantOrder) {
  const payable = canBePaid(order, shop.now())
  const minutes = Math.floor((order.expires_at - order.created_at) / 60_000)
  return {
    payId: asked.out_trade_no,
    orderId: order.id,
    payType: order.channel === 'wechat' ? 1 : 2,
    price: order.price_cents / 100,
    reallyPrice: order.due_cents / 100,
    payUrl: payable ? order.code_payload : '', // its amount may be somebody else's by now
    isAuto: order.code_fixed_at === null ? 1 : 0,
    state: await stateOf(shop, { order, asked }),
    timeOut: Math.max(1, minutes),
    date: Math.floor(order.created_at / 1000),
  }
}

/** 0 waits, 1 paid, 2 paid but the site has not taken it in, -1 over. */
async function stateOf(shop: Shop, { order }: MerchantOrder): Promise<-1 | 0 | 1 | 2> {
  if (order.paid_at !== null) return (await isUntold(shop, order.id)) ? 2 : 1
  return canBePaid(order, shop.now()) ? 0 : -1
}
