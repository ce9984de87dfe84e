/** mapi.php: a merchant's server asks where its buyer pays. */
import type { Context } from 'koa'
import { placeMerchantOrder, type PlacedMerchantOrder } from '../../core/merchant-orders.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import { baseUrlOf } from '../base-url.ts'
import type { ApiContext } from '../context.ts'
import { getSigner, readForm } from './epay-request.ts'
import { wishOf } from './epay-wish.ts'
import { problemOf, trimmed } from './epay-words.ts'
import type { FlatForm } from './flat-form.ts'
import { paymentUrl } from './payment-page.ts'

const DEVICE_CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['wechat', 'wechat'],
  ['alipay', 'alipay'],
  ['mobile', 'alipay'],
])

export async function answerMapi(api: ApiContext, ctx: Context): Promise<void> {
  const { shop } = api
  let form: FlatForm | undefined
  try {
    form = await readForm(ctx)
    const signer = await getSigner(shop, ctx, form)
    const device = trimmed(form.text('device'))
    const wish = wishOf(form, signer, {
      callbackAllow: api.callbackAllow,
      needsReturn: false,
      likelyChannel: DEVICE_CHANNELS.get(device),
      locale: 'zh-CN',
    })
    const placed = await placeMerchantOrder(shop, wish)
    const payurl = paymentUrl(baseUrlOf(shop, ctx), placed.order.id)
    const way = findShownCode(signer.merchant, placed, device) ?? { payurl }
    ctx.body = { code: 1, msg: 'success', trade_no: placed.asked.trade_no, ...way }
  } catch (error) {
    const { code, zh } = problemOf(shop, ctx, error, trimmed(form?.text('out_trade_no')))
    ctx.body = { code, msg: zh }
  }
}

/** Only a code that has the amount in it: beside any other the site would show its own price, and that gets paid. */
function findShownCode(merchant: MerchantRow, { order }: PlacedMerchantOrder, device: string) {
  const shown = merchant.qrcode_at !== null && order.code_fixed_at !== null && device !== 'jump'
  return shown ? { qrcode: order.code_payload } : undefined
}
