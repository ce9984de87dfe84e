/** What absolute links begin with. */
import type { Context } from 'koa'
import type { Shop } from '../core/shop.ts'

/**
 * Only for whoever asks, never mailed or stored: the request's own address will do until PUBLIC_URL is set.
 *
 * @returns no slash at the end.
 */
export function baseUrlOf(shop: Shop, ctx: Context): string {
  return shop.settings.current.publicUrl || `${ctx.protocol}://${ctx.host}`
}
