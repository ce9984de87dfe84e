/** How much waits for the seller, for the navigation. Pages that learn it anyway say so with noteWaiting(). */
import { shallowRef } from 'vue'
import { showOverview, type Overview } from '../../../api/contract/admin-system.ts'
import { ApiError } from '../../http.ts'
import { useFresh } from '../components/use-fresh.ts'
import { adminCall } from '../session.ts'

const ASK_AGAIN_MS = 60_000

/** In the inbox. */
export const waitingCount = shallowRef(0)
/** Calls to merchants' sites that were given up. */
export const deadCallbackCount = shallowRef(0)
let knownAt = 0

type Waiting = Overview['waiting']

/** @param waiting.deadCallbacks as it was where the page does not know. */
export function noteWaiting({
  payments,
  reported,
  deadCallbacks = deadCallbackCount.value,
}: Pick<Waiting, 'payments' | 'reported'> & Partial<Pick<Waiting, 'deadCallbacks'>>): void {
  waitingCount.value = payments + reported
  deadCallbackCount.value = deadCallbacks
  knownAt = Date.now()
}

/** Without an answer the last count stays: the page itself tells what is wrong. */
export async function countWaiting(): Promise<void> {
  try {
    noteWaiting((await adminCall(showOverview)).waiting)
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
  }
}

/** Keeps the count fresh. Several places may do so: it is asked for again only once it is old. */
export function useWaiting(): void {
  const look = async () => {
    if (Date.now() - knownAt >= ASK_AGAIN_MS / 2) await countWaiting()
  }
  void look()
  useFresh(look, ASK_AGAIN_MS)
}
