/** The seller's console in a browser. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { scrollsSideways, type TestBrowser } from './browser.ts'
import type { Seller } from './client.ts'

export const DESK = { width: 1280, height: 900 }
const NARROW = { width: 360, height: 740 }

/** Whoever is signed in already. */
export async function signInto({ context }: TestBrowser, url: string, { headers }: Seller): Promise<void> {
  const [name = '', value = ''] = (headers.Cookie ?? '').split('=')
  await context.addCookies([{ name, value, url }])
}

export async function expectFitsNarrow(page: Page): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize(NARROW)
  expect(await scrollsSideways(page)).toBe(false)
  if (before) await page.setViewportSize(before)
}
