import { onScopeDispose, shallowRef } from 'vue'
import { showListenerSigns } from '../../../api/contract/admin-listeners.ts'
import type { ReplyOf } from '../../../api/contract/operation.ts'
import { useAct } from '../components/use-act.ts'
import { adminCall } from '../session.ts'

type Signs = ReplyOf<typeof showListenerSigns>

const ASK_AGAIN_MS = 2_000

/** Time to take the phone, press “save”, or pay a cent. */
const LASTS_MS = 120_000

/** Waits for a device to call, from when it was started; money is the most that can come. */
export function useListenerTest(id: () => string) {
  const state = shallowRef<'idle' | 'waiting' | 'over'>('idle')
  const came = shallowRef<Signs['sign']>(null)
  const { error, act } = useAct()

  async function start(): Promise<void> {
    state.value = 'waiting'
    came.value = null
    const isDone = await act(waitForSigns)
    if (state.value === 'waiting') state.value = isDone ? 'over' : 'idle'
  }

  async function waitForSigns(): Promise<void> {
    const { now: since } = await ask()
    for (let now = since; now - since <= LASTS_MS && came.value?.kind !== 'notice';) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
      if (state.value !== 'waiting') return
      const signs = await ask(since)
      now = signs.now
      came.value = signs.sign
    }
  }

  function ask(since?: number): Promise<Signs> {
    const query = since === undefined ? {} : { since: String(since) }
    return adminCall(showListenerSigns, { params: { id: id() }, query })
  }

  onScopeDispose(() => (state.value = 'idle'))
  return { state, came, error, start }
}
