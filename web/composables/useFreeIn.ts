import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import type { ApiError } from '../http.ts'
import { serverNow, useServerNow } from './server-clock.ts'

/** @returns milliseconds until an amount comes free again, counted from when a `no_free_amount` refusal came. */
export function useFreeIn(refusal: () => ApiError | undefined): ComputedRef<number> {
  const now = useServerNow()
  const freeAt = shallowRef(0)
  watch(
    refusal,
    (fresh) => (freeAt.value = fresh ? serverNow() + Number(fresh.details.freeInSeconds) * 1000 : 0),
    { immediate: true },
  )
  return computed(() => freeAt.value - now.value)
}
