import { onScopeDispose } from 'vue'

/** Calls back when the page may have missed something: shown again, back from history, or back online. */
export function useWakeUp(onWake: () => void): void {
  const shown = () => {
    if (!document.hidden) onWake()
  }
  const restored = (event: PageTransitionEvent) => {
    if (event.persisted) onWake()
  }
  document.addEventListener('visibilitychange', shown)
  window.addEventListener('pageshow', restored)
  window.addEventListener('online', onWake)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', shown)
    window.removeEventListener('pageshow', restored)
    window.removeEventListener('online', onWake)
  })
}
