import { onScopeDispose, watch } from 'vue'
import { useWakeUp } from './useWakeUp.ts'

/** Keeps the screen on while `wanted`, where the browser can: a code on a dark screen cannot be scanned. */
export function useWakeLock(wanted: () => boolean): void {
  let lock: WakeLockSentinel | undefined

  async function take(): Promise<void> {
    if (!wanted() || !('wakeLock' in navigator) || document.hidden) return
    try {
      lock = await navigator.wakeLock.request('screen')
      if (!wanted()) await release()
    } catch {
      // Refused on a low battery: the page works without.
    }
  }

  async function release(): Promise<void> {
    await lock?.release()
    lock = undefined
  }

  watch(wanted, (now) => void (now ? take() : release()), { immediate: true })
  useWakeUp(() => void take())
  onScopeDispose(() => void release())
}
