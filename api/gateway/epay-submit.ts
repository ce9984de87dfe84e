/** submit.php: the buyer's browser comes from the merchant's site and goes on to the page where it pays. */
import type { Context } from 'koa'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { ApiContext } from '../context.ts'
import { localeOf } from '../reader.ts'
import { sendProblemPage } from './epay-page.ts'
import { getSigner, readForm } from './epay-request.ts'
import { likelyChannelOf, wishOf } from './epay-wish.ts'
import { problemOf, trimmed } from './epay-words.ts'
import type { FlatForm } from './flat-form.ts'
import { paymentUrl, sendToPayment } from './payment-page.ts'

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
    sendToPayment(shop, ctx, order.id)
  } catch (error) {
    const problem = problemOf(shop, ctx, error, trimmed(form?.text('out_trade_no')))
    const { publicUrl } = shop.settings.current
    const orderUrl = problem.paidOrderId && paymentUrl(publicUrl, problem.paidOrderId)
    sendProblemPage(ctx, shop, problem, { form, orderUrl })
  }
}
