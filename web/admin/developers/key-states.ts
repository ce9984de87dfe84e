import type { KeyView } from '../../../api/contract/admin-merchants.ts'

/** `ending`: works until the end of its overlap. */
export type KeyState = 'active' | 'ending' | 'ended'

/** @param now Unix ms */
export function stateOf(key: Pick<KeyView, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (key.revokedAt !== null) return 'ended'
  if (key.expiresAt === null) return 'active'
  return key.expiresAt > now ? 'ending' : 'ended'
}

export function isUsable(key: Pick<KeyView, 'revokedAt' | 'expiresAt'>, now: number): boolean {
  return stateOf(key, now) !== 'ended'
}

/** Callbacks of the older protocols could not be signed without it. */
export function isLastSigning(key: KeyView, keys: readonly KeyView[], now: number): boolean {
  const signing = keys.filter((one) => one.kind === 'md5' && isUsable(one, now))
  return signing.length === 1 && signing[0]?.id === key.id
}
