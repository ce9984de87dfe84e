/** The listener devices, their signs of life, and their secrets while they are shown. */
import { reactive } from 'vue'
import { listListeners, renewListenerSecret, showListenerSecret } from '../../../api/contract/admin-system.ts'
import { useAnswer } from '../components/use-answer.ts'
import { adminCall } from '../session.ts'
import { useFresh } from '../components/use-fresh.ts'

/** Often enough to see the phone's first call while one sets it up. */
const LOOK_AGAIN_MS = 5_000

export function useListeners() {
  const { answer, error, reload } = useAnswer(() => adminCall(listListeners))
  useFresh(reload, LOOK_AGAIN_MS)
  const secrets = reactive(new Map<string, string>())

  /** @throws ApiError */
  async function show(id: string): Promise<void> {
    secrets.set(id, (await adminCall(showListenerSecret, { params: { id } })).secret)
  }

  /** Shows the new secret. @throws ApiError */
  async function renew(id: string): Promise<void> {
    secrets.set(id, (await adminCall(renewListenerSecret, { params: { id } })).secret)
  }

  return { answer, error, reload, secrets, show, hide: (id: string) => secrets.delete(id), renew }
}
