import type { ListenerView } from '../../../api/contract/admin-system.ts'
import { LISTENER_DIALECTS, type ListenerDialect } from '../../../core/vocabulary.ts'

/** @returns the kinds of the devices in use, in the order of the form; our own while there is none. */
export function dialectsOf(
  listeners: readonly Pick<ListenerView, 'dialect' | 'enabled'>[],
): ListenerDialect[] {
  const used = LISTENER_DIALECTS.filter((one) =>
    listeners.some((device) => device.enabled && device.dialect === one),
  )
  return used.length > 0 ? used : ['own']
}
