import type { ListenerView } from '../../../api/contract/admin-system.ts'

type Signs = Pick<ListenerView, 'enabled' | 'checkedAt' | 'noticedAt' | 'heartbeatAt' | 'silent'>

/** Whether the device has ever called, rightly signed. */
export function isSeen({ checkedAt, noticedAt, heartbeatAt }: Signs): boolean {
  return checkedAt !== null || noticedAt !== null || heartbeatAt !== null
}

export type DeviceState = 'disabled' | 'neverSeen' | 'silent' | 'beating' | 'checkedOnly' | 'seen'

/** Without a heartbeat an app calls only when it is configured and when money arrives: its silence says nothing. */
export function stateOf(listener: Signs): DeviceState {
  if (!listener.enabled) return 'disabled'
  if (!isSeen(listener)) return 'neverSeen'
  if (listener.heartbeatAt !== null) return listener.silent ? 'silent' : 'beating'
  return listener.noticedAt === null ? 'checkedOnly' : 'seen'
}
