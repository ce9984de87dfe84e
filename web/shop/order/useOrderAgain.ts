import { shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { OrderView } from '../../../api/contract/orders.ts'
import { asApiError } from '../../composables/useQuestion.ts'
import type { ApiError } from '../../http.ts'
import { lastEmail, place } from '../place.ts'

/** The same order once more in one tap; where the address is not known, on the product's page. */
export function useOrderAgain(order: () => OrderView) {
  const router = useRouter()
  const busy = shallowRef(false)
  const refusal = shallowRef<ApiError>()

  async function orderAgain(): Promise<void> {
    const { productId, quantity, channel } = order()
    if (productId === null) return // a merchant's order is asked for again on the merchant's site
    const email = lastEmail()
    if (!email) return void router.push(`/goods/${productId}`)
    busy.value = true
    refusal.value = undefined
    try {
      const fresh = await place({ productId, quantity, channel, email })
      await router.push(`/pay/${fresh.id}`)
    } catch (cause) {
      refusal.value = asApiError(cause)
    } finally {
      busy.value = false
    }
  }

  return { busy, refusal, orderAgain }
}
