/** What a buyer can do to an order, one thing at a time. */
import { shallowRef } from 'vue'
import {
  cancelOrder,
  changeChannel,
  extendOrder,
  reportPaid,
  resendGoods,
  type OrderView,
} from '../../../api/contract/orders.ts'
import type { BodyOf } from '../../../api/contract/operation.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { asApiError } from '../../composables/useQuestion.ts'
import { call, type ApiError } from '../../http.ts'
import { buyerToken, orderKey } from '../buyer-token.ts'

export type OrderAction = 'extend' | 'cancel' | 'switch' | 'report' | 'resend'
export type Report = BodyOf<typeof reportPaid>

export function useOrderActions(id: string, adopt: (order: OrderView) => void, refresh: () => void) {
  const busy = shallowRef<OrderAction>()
  const refused = shallowRef<{ action: OrderAction; error: ApiError }>()
  /** What the search after a report said, on this page. */
  const found = shallowRef<boolean>()

  /** @returns whether it was done. */
  async function run(action: OrderAction, work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = action
    refused.value = undefined
    try {
      await work()
      return true
    } catch (cause) {
      const error = asApiError(cause)
      refused.value = { action, error }
      if (error.code === 'wrong_state') refresh()
      return false
    } finally {
      busy.value = undefined
    }
  }

  const mine = () => ({ params: { id }, buyerToken: orderKey(id) ?? buyerToken() })

  return {
    busy,
    refused,
    found,
    extend: () => run('extend', async () => adopt(await call(extendOrder, mine()))),
    cancel: () => run('cancel', async () => adopt(await call(cancelOrder, mine()))),
    switchTo: (channel: Channel) =>
      run('switch', async () => adopt(await call(changeChannel, { ...mine(), body: { channel } }))),
    report: (body: Report) =>
      run('report', async () => {
        const answer = await call(reportPaid, { ...mine(), body })
        found.value = answer.found
        adopt(answer.order)
      }),
    resend: () =>
      run('resend', async () => {
        await call(resendGoods, mine())
        refresh()
      }),
  }
}

export type OrderActions = ReturnType<typeof useOrderActions>
