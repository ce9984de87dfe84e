/** Takes the buyer back to the merchant's site a moment after the payment, where the seller knows its address. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { OrderView } from '../../../api/contract/orders.ts'

/** The site is told first: some of them look the order up as soon as the buyer is back. */
const PAUSE_MS = 2_500

/** An old page that is opened again stays where it is. */
const FRESH_MS = 5 * 60_000

export function useReturn(order: () => OrderView) {
  const going = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    () => addressOf(order()),
    (address) => {
      clearTimeout(timer)
      going.value = address !== undefined
      if (address) timer = setTimeout(() => window.location.assign(address), PAUSE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return going
}

function addressOf({ merchant, paidAt, serverTime }: OrderView): string | undefined {
  const fresh = paidAt !== null && serverTime - paidAt < FRESH_MS
  return merchant?.returnUrl && merchant.returnTrusted && fresh ? merchant.returnUrl : undefined
}
