import { shallowRef } from 'vue'
import { ApiError } from '../../http.ts'
import { ElMessage } from '../element.ts'

/** One act at a time, such as saving: `busy` while it runs, `error` a sentence for the reader when it was refused. */
export function useAct() {
  const busy = shallowRef(false)
  const error = shallowRef<string>()

  /** @returns whether it was done. */
  async function act(work: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = undefined
    try {
      await work()
      if (done) ElMessage.success(done)
      return true
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      error.value = cause.message
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, error, act }
}
