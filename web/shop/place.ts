import { placeOrder, type OrderView } from '../../api/contract/orders.ts'
import type { BodyOf } from '../../api/contract/operation.ts'
import { setServerTime } from '../composables/server-clock.ts'
import { call } from '../http.ts'
import { keep, recall } from '../kept.ts'
import { locale } from '../locales/locale.ts'
import { buyerToken, keepBuyerToken } from './buyer-token.ts'

export type Wish = Omit<BodyOf<typeof placeOrder>, 'locale'>

/** The address that this browser last ordered with. */
export function lastEmail(): string | undefined {
  return recall('email')
}

/** Places an order in this browser's name, and remembers its proof and its address. @throws ApiError */
export async function place(wish: Wish): Promise<OrderView> {
  const { order, buyerToken: token } = await call(placeOrder, {
    body: { ...wish, locale: locale.value },
    buyerToken: buyerToken(),
  })
  keepBuyerToken(token)
  keep('email', wish.email)
  setServerTime(order.serverTime)
  return order
}
