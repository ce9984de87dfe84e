/** Where a buyer pays a merchant's order: a page that works without JavaScript too. */
import type { Context } from 'koa'
import type { Shop } from '../../core/shop.ts'

/** Relative until PUBLIC_URL is set: the browser is at our address already. */
export function sendToPayment(shop: Shop, ctx: Context, orderId: string): undefined {
  ctx.redirect(paymentUrl(shop.settings.current.publicUrl, orderId))
}

export function paymentUrl(baseUrl: string, orderId: string): string {
  return `${baseUrl}/pay/${encodeURIComponent(orderId)}`
}
