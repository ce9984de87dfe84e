import { onScopeDispose, watch } from 'vue'
import { markAlertsSeen, showOverview } from '../../../api/contract/admin-system.ts'
import { useAct } from '../components/use-act.ts'
import { useAnswer } from '../components/use-answer.ts'
import { noteWaiting } from '../inbox/waiting.ts'
import { adminCall } from '../session.ts'

const ASK_AGAIN_MS = 30_000

/** The overview, fresh while it is being looked at. */
export function useOverview() {
  const { answer: overview, error, reload } = useAnswer(() => adminCall(showOverview))
  watch(overview, (now) => now && noteWaiting(now.waiting))
  const { busy: marking, error: markError, act } = useAct()

  function refresh(): void {
    if (document.visibilityState === 'visible') void reload()
  }
  const timer = setInterval(refresh, ASK_AGAIN_MS)
  document.addEventListener('visibilitychange', refresh)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', refresh)
  })

  async function markSeen(): Promise<void> {
    if (await act(() => adminCall(markAlertsSeen))) await reload()
  }

  return { overview, error, reload, marking, markError, markSeen }
}
