/** Where a buyer pays a merchant's order. */
import type { Context } from 'koa'
import type { Shop } from '../../core/shop.ts'

/** Relative until PUBLIC_URL is set: the browser is at our address already. */
export function sendToPayment(shop: Shop, ctx: Context, orderId: string): undefined {
  ctx.redirect(`${shop.settings.current.publicUrl}/pay/${encodeURIComponent(orderId)}`)
}
