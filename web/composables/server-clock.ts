/** The server's clock as this browser sees it, so that a wrong clock on the phone does not move a deadline. */
import { onScopeDispose, readonly, shallowRef, type Ref } from 'vue'

/** Server minus browser, milliseconds. */
let offset = 0

/** @param serverTime Unix ms, as the reply that just arrived says. */
export function setServerTime(serverTime: number): void {
  offset = serverTime - Date.now()
}

export function serverNow(): number {
  return Date.now() + offset
}

/** The server's time, twice a second; right again at once when the page wakes up. */
export function useServerNow(): Readonly<Ref<number>> {
  const now = shallowRef(serverNow())
  const tick = () => (now.value = serverNow())
  const timer = setInterval(tick, 500)
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return readonly(now)
}
