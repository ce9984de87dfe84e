import type { ListenerView } from '../../../api/contract/admin-system.ts'

type Signs = Pick<ListenerView, 'enabled' | 'checkedAt' | 'noticedAt'>

/** Whether the device has ever called, rightly signed. */
export function isSeen({ checkedAt, noticedAt }: Signs): boolean {
  return checkedAt !== null || noticedAt !== null
}

/** The app calls only when it is configured and when money arrives, so that silence alone says nothing. */
export function stateOf(listener: Signs): 'disabled' | 'neverSeen' | 'checkedOnly' | 'seen' {
  if (!listener.enabled) return 'disabled'
  if (!isSeen(listener)) return 'neverSeen'
  return listener.noticedAt === null ? 'checkedOnly' : 'seen'
}
