/** Why a call got no answer, in words. */
import { t } from '../texts/callbacks.ts'

const FAULTS = {
  forbidden: 'forbidden',
  timeout: 'timeout',
  unreachable: 'unreachable',
  tls: 'tls',
  protocol: 'protocolFault',
} as const

/** @param error as the log has it: `The call ended: timeout (…)`, `answered 500`; anything else is shown as it is. */
export function faultWords(error: string): string {
  const [, status] = /^answered (\d{3})$/.exec(error) ?? []
  if (status) return t('answered', { status })
  const [, kind = '', reason = ''] = /^The call ended: (\w+) \((.*)\)$/.exec(error) ?? []
  if (!Object.hasOwn(FAULTS, kind)) return error
  const words = t(FAULTS[kind as keyof typeof FAULTS])
  return /^[A-Z_]{4,}$/.test(reason) ? `${words} (${reason})` : words
}
