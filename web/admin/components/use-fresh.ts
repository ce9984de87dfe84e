import { onScopeDispose, shallowRef } from 'vue'

/**
 * Looks again every `pauseMs` while the page is seen, and at once when it is seen again.
 *
 * @returns whether such a look is under way, so that a page need not show it as work.
 */
export function useFresh(look: () => Promise<unknown>, pauseMs: number) {
  const looking = shallowRef(false)

  async function again(): Promise<void> {
    if (document.hidden || looking.value) return
    looking.value = true
    await look().finally(() => (looking.value = false))
  }

  const timer = setInterval(again, pauseMs)
  document.addEventListener('visibilitychange', again)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', again)
  })
  return looking
}
