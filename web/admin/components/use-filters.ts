import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * The filters of a list, kept in the address so that a filtered list can be linked to and found again.
 * An empty value leaves the address, and every change goes back to the first page.
 */
export function useFilters<Key extends string>(keys: readonly Key[]) {
  const route = useRoute()
  const router = useRouter()
  const { path } = route
  const query = shallowRef(route.query)
  // The page that is being left must not follow the next page's address.
  watch(
    () => route.query,
    (next) => {
      if (route.path === path) query.value = next
    },
  )

  function read(name: string): string | undefined {
    const value = query.value[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  const filters = computed(
    () =>
      Object.fromEntries(
        keys.flatMap((key) => (read(key) === undefined ? [] : [[key, read(key)]])),
      ) as Partial<Record<Key, string>>,
  )
  /** What the operation takes: the filters and the page. */
  const asked = computed(() => {
    const page = read('page')
    return { ...filters.value, ...(page !== undefined && { page }) }
  })

  function setFilters(change: Partial<Record<Key, string | undefined>>): void {
    const next = Object.entries({ ...filters.value, ...change }).filter(([, value]) => value)
    void router.replace({ query: Object.fromEntries(next) as Record<string, string> })
  }

  return { filters, asked, setFilters }
}
