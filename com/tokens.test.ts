import { expect, it } from 'vitest'
import { hashToken, isWeakSecret, randomToken, safeEqual } from './tokens.ts'

it('makes tokens of 256 bits that a URL can carry, never twice', () => {
  const tokens = Array.from({ length: 1000 }, () => randomToken())
  expect(tokens.every((token) => /^[\w-]{43}$/.test(token))).toBe(true)
  expect(new Set(tokens).size).toBe(1000)
  expect(randomToken(9)).toHaveLength(12)
})

it('stores a token as its SHA-256', () => {
  // NIST FIPS 180-2, appendix B.1
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

it('compares texts of any lengths', () => {
  expect(safeEqual('same', 'same')).toBe(true)
  expect(safeEqual('', '')).toBe(true)
  expect(safeEqual('same', 'Same')).toBe(false)
  expect(safeEqual('same', 'same longer')).toBe(false)
  expect(safeEqual('码', '上')).toBe(false)
})

it.each([
  '',
  '123456',
  'fifteen-letters',
  'aaaaaaaaaaaaaaaa',
  'abababababababab',
  '1234567890123456',
  'CHANGEMEchangeme',
])('calls the secret %s weak', (text) => expect(isWeakSecret(text)).toBe(true))

it('accepts random secrets of 16 characters and more', () => {
  expect(isWeakSecret(randomToken(12))).toBe(false)
  expect(isWeakSecret('c3f8a1d07be24956')).toBe(false)
})
