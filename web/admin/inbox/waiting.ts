/** How much waits in the inbox, for the navigation. Pages that learn it anyway say so with noteWaiting(). */
import { shallowRef } from 'vue'
import { showOverview, type Overview } from '../../../api/contract/admin-system.ts'
import { ApiError } from '../../http.ts'
import { useFresh } from '../components/use-fresh.ts'
import { adminCall } from '../session.ts'

const ASK_AGAIN_MS = 60_000

export const waitingCount = shallowRef(0)
let knownAt = 0

export function noteWaiting({
  payments,
  reported,
}: Pick<Overview['waiting'], 'payments' | 'reported'>): void {
  waitingCount.value = payments + reported
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
