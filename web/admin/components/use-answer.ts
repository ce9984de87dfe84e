import { onScopeDispose, shallowRef, watch } from 'vue'
import type { WatchSource } from 'vue'
import { ApiError } from '../../http.ts'

/**
 * Asks now, and again whenever `source` changes. The last answer stays while the next is on its way; an answer that
 * was overtaken is dropped.
 */
export function useAnswer<Answer>(ask: () => Promise<Answer>, source?: WatchSource) {
  const answer = shallowRef<Answer>()
  /** A sentence for the reader. */
  const error = shallowRef<string>()
  const busy = shallowRef(false)
  let turn = 0

  async function reload(): Promise<void> {
    const mine = ++turn
    busy.value = true
    try {
      const fresh = await ask()
      if (mine !== turn) return
      answer.value = fresh
      error.value = undefined
    } catch (cause) {
      if (mine !== turn) return
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause.message
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  if (source) watch(source, reload)
  void reload()
  onScopeDispose(() => (turn += 1))
  return { answer, error, busy, reload }
}
