import { watch } from 'vue'
import { showMerchant } from '../../../api/contract/admin-merchants.ts'
import { useAnswer } from '../components/use-answer.ts'
import { adminCall } from '../session.ts'

/** @param id of the merchant; it may change while the page stays. */
export function useMerchant(id: () => string) {
  const { answer, error, reload } = useAnswer(() => adminCall(showMerchant, { params: { id: id() } }), id)
  watch(id, () => (answer.value = undefined), { flush: 'sync' })
  return { answer, error, reload }
}
