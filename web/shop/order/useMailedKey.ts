import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { keepOrderKey } from '../buyer-token.ts'

/**
 * A link from a mail carries the order's key: it is kept for that order and taken out of the address bar.
 *
 * @param onLater when such a link is followed while the page is already open
 */
export function useMailedKey(id: string, onLater: () => void): void {
  const route = useRoute()
  const router = useRouter()

  function take(): boolean {
    const { key } = route.query
    if (typeof key !== 'string') return false
    if (/^[\w-]{1,200}$/.test(key)) keepOrderKey(id, key)
    void router.replace({ query: {} })
    return true
  }

  take()
  watch(
    () => route.query.key,
    () => {
      if (take()) onLater()
    },
  )
}
