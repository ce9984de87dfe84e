/** One order with everything that happened to it, and what the seller can do about it. */
import { watch } from 'vue'
import {
  cancelAdminOrder,
  deliverByHand,
  markPaid,
  noteOrder,
  resendAdminOrder,
  showAdminOrder,
  type AdminOrderDetail,
} from '../../../api/contract/admin-orders.ts'
import { useAnswer } from '../components/use-answer.ts'
import { useFresh } from '../components/use-fresh.ts'
import { adminCall } from '../session.ts'

/** @param id of the order; it may change while the page stays. */
export function useOrder(id: () => string) {
  const params = () => ({ params: { id: id() } })
  const { answer, error, reload } = useAnswer(() => adminCall(showAdminOrder, params()), id)
  watch(id, () => (answer.value = undefined), { flush: 'sync' })
  useFresh(reload, 10_000)

  /** Each act answers the order as it is afterwards. @throws ApiError */
  const acts = {
    markPaid: async (reason: string) => {
      answer.value = await adminCall(markPaid, { ...params(), body: { reason } })
    },
    cancel: async (reason: string) => {
      answer.value = await adminCall(cancelAdminOrder, { ...params(), body: { reason } })
    },
    deliver: async (text: string) => {
      answer.value = await adminCall(deliverByHand, { ...params(), body: { text } })
    },
    resend: async () => {
      answer.value = await adminCall(resendAdminOrder, params())
    },
    note: async (note: string) => {
      answer.value = await adminCall(noteOrder, { ...params(), body: { note } })
    },
  }
  /** The order as it is after an act of somebody else's. */
  function show(detail: AdminOrderDetail): void {
    answer.value = detail
  }

  return { answer, error, reload, show, acts }
}

export type OrderActs = ReturnType<typeof useOrder>['acts']
