import { afterEach, expect, it, vi } from 'vitest'
import { adoptServedAddress } from './served-address.ts'

afterEach(() => void vi.unstubAllGlobals())

/** @returns where the browser stands afterwards; undefined: it was left as it was. */
function adopt(address: string): string | undefined {
  let shown: string | undefined
  vi.stubGlobal('window', { location: new URL(address, 'http://till') })
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, to: string) => (shown = to) })
  adoptServedAddress()
  return shown
}

it('leads what the server answers to its page, also with a slash at its end', () => {
  const id = 'a-_'.repeat(7)
  expect(adopt('/docs')).toBe('/#/docs')
  expect(adopt('/docs/')).toBe('/#/docs')
  expect(adopt(`/goods/${id}/?from=card`)).toBe(`/#/goods/${id}?from=card`)
  expect(adopt(`/pay/${id}`)).toBe(`/#/pay/${id}`)
})

it('leaves other addresses, and those with a page of their own, as they are', () => {
  for (const address of ['/', '/docs/x', '/goods/short', '/docs#/docs/errors', 'http://till//docs'])
    expect(adopt(address)).toBeUndefined()
})
