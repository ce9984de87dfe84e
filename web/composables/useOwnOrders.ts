/** The orders that this browser placed. */
import { shallowRef, type ShallowRef } from 'vue'
import { listOwnOrders, type OrderSummary } from '../../api/contract/orders.ts'
import { call } from '../http.ts'
import { buyerToken } from '../shop/buyer-token.ts'

const orders = shallowRef<OrderSummary[]>()

/** @throws ApiError */
export async function loadOwnOrders(): Promise<OrderSummary[]> {
  const token = buyerToken()
  orders.value = token ? (await call(listOwnOrders, { buyerToken: token })).orders : []
  return orders.value
}

export function useOwnOrders(): Readonly<ShallowRef<OrderSummary[] | undefined>> {
  return orders
}
