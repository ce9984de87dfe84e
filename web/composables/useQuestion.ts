/** One question to the server with its answer, its refusal and a way to ask again. */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { ApiError } from '../http.ts'

export interface Question<T> {
  answer: ShallowRef<T | undefined>
  refusal: ShallowRef<ApiError | undefined>
  ask: () => Promise<void>
}

/** Asks at once. An answer that comes after the page is gone, or after a newer one, is dropped. */
export function useQuestion<T>(question: () => Promise<T>): Question<T> {
  const answer = shallowRef<T>()
  const refusal = shallowRef<ApiError>()
  let turn = 0

  async function ask(): Promise<void> {
    const mine = ++turn
    refusal.value = undefined
    try {
      const fresh = await question()
      if (mine === turn) answer.value = fresh
    } catch (cause) {
      if (mine === turn) refusal.value = asApiError(cause)
    }
  }

  onScopeDispose(() => (turn += 1))
  void ask()
  return { answer, refusal, ask }
}

/** @throws whatever is no answer of the API */
export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  throw cause
}
