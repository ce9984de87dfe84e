import { useRoute, useRouter } from 'vue-router'
import { keepOrderKey } from '../buyer-token.ts'

/** A link from a mail carries the order's key: it is kept for that order and taken out of the address bar. */
export function useMailedKey(id: string): void {
  const { query } = useRoute()
  if (typeof query.key !== 'string') return
  if (/^[\w-]{1,200}$/.test(query.key)) keepOrderKey(id, query.key)
  void useRouter().replace({ query: {} })
}
