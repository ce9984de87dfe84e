/** submit.php: the buyer's browser comes from the merchant's site and goes on to the page where it pays. */
import type { Context } from 'koa'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { Shop } from '../../core/shop.ts'
import type { ApiContext } from '../context.ts'
import { localeOf } from '../reader.ts'
import { sendProblemPage } from './epay-page.ts'
import { getSigner, readForm } from './epay-request.ts'
import { likelyChannelOf, wishOf } from './epay-wish.ts'
import { problemOf, trimmed } from './epay-words.ts'
import type { FlatForm } from './flat-form.ts'

export async function answerSubmit(api: ApiContext, ctx: Context): Promise<void> {
  const { shop } = api
  let form: FlatForm | undefined
  try {
    form = await readForm(ctx)
    const wish = wishOf(form, await getSigner(shop, ctx, form), {
      callbackAllow: api.callbackAllow,
      needsReturn: true,
      likelyChannel: likelyChannelOf(ctx),
      locale: localeOf(ctx),
    })
    const { order } = await placeMerchantOrder(shop, wish)
    ctx.redirect(pagePath(shop, order.id))
  } catch (error) {
    const problem = problemOf(shop, ctx, error, trimmed(form?.text('out_trade_no')))
    const { paidOrderId } = problem
    sendProblemPage(ctx, shop, problem, { form, orderUrl: paidOrderId && pagePath(shop, paidOrderId) })
  }
}

/** Where the browser goes on: at the shop's own address, or where it is until that is set. */
function pagePath(shop: Shop, orderId: string): string {
  return `${shop.settings.current.publicUrl}/pay/${orderId}`
}
