import { describe, expect, it } from 'vitest'
import type { KeyView } from '../../../api/contract/admin-merchants.ts'
import { isLastSigning, isUsable, stateOf } from './key-states.ts'

const KEY: KeyView = {
  id: 'a',
  kind: 'md5',
  name: '',
  hint: 'abcd',
  scopes: [],
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  usedAt: null,
}

describe('a merchant’s key', () => {
  it('works until it is revoked, or until the end of its overlap', () => {
    expect(stateOf(KEY, 100)).toBe('active')
    expect(stateOf({ ...KEY, expiresAt: 200 }, 100)).toBe('ending')
    expect(stateOf({ ...KEY, expiresAt: 200 }, 200)).toBe('ended')
    expect(stateOf({ ...KEY, expiresAt: 200, revokedAt: 50 }, 100)).toBe('ended')
    expect(isUsable({ ...KEY, expiresAt: 200 }, 100)).toBe(true)
  })

  it('is the last that signs when no other signing key works', () => {
    const spare = { ...KEY, id: 'b' }
    expect(isLastSigning(KEY, [KEY, { ...spare, kind: 'live' }, { ...spare, revokedAt: 1 }], 100)).toBe(true)
    expect(isLastSigning(KEY, [KEY, spare], 100)).toBe(false)
    expect(isLastSigning({ ...KEY, kind: 'live' }, [{ ...KEY, kind: 'live' }, spare], 100)).toBe(false)
  })
})
