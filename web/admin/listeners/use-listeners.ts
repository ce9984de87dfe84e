/** The listener devices, their signs of life, and their secrets while they are shown. */
import { reactive, watch } from 'vue'
import { listCodes } from '../../../api/contract/admin-codes.ts'
import {
  listListeners,
  renewListenerSecret,
  showListenerSecret,
  type ListenerView,
} from '../../../api/contract/admin-system.ts'
import type { ReplyOf } from '../../../api/contract/operation.ts'
import { useAnswer } from '../components/use-answer.ts'
import { useFresh } from '../components/use-fresh.ts'
import { adminCall } from '../session.ts'
import { isSeen } from './signs.ts'

/** Often enough to see the phone's first call while one sets it up. */
const LOOK_AGAIN_MS = 5_000

/** @param greeted is told when a device that never called before has called. */
export function useListeners(greeted: (listener: ListenerView) => void) {
  const { answer, error, reload } = useAnswer(() => adminCall(listListeners))
  const { answer: codes } = useAnswer(() => adminCall(listCodes))
  useFresh(reload, LOOK_AGAIN_MS)
  const secrets = reactive(new Map<string, ReplyOf<typeof showListenerSecret>>())

  watch(answer, (now, before) => {
    const silent = new Set(before?.listeners.filter((one) => !isSeen(one)).map((one) => one.id))
    now?.listeners.filter((one) => isSeen(one) && silent.has(one.id)).forEach(greeted)
  })

  /** @throws ApiError */
  async function show(id: string): Promise<void> {
    secrets.set(id, await adminCall(showListenerSecret, { params: { id } }))
  }

  /** Shows the new secret. @throws ApiError */
  async function renew(id: string): Promise<void> {
    secrets.set(id, await adminCall(renewListenerSecret, { params: { id } }))
  }

  return { answer, error, reload, codes, secrets, show, hide: (id: string) => secrets.delete(id), renew }
}
