/** A real Chromium that keeps a list of everything it has to complain about. */
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page } from 'playwright-core'
import { newFolder } from './engines.ts'

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PHONE = { width: 390, height: 844 }

export interface TestBrowser {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors in the console, violations of the content policy, exceptions of the page, and answers from 400 up. */
  readonly complaints: readonly string[]
  /** Every address that was asked for. */
  readonly requests: readonly string[]
  /** Bytes of the scripts and styles that arrived so far, compressed with gzip. */
  codeBytes(): Promise<number>
  close(): Promise<void>
}

export async function openBrowser(
  options: { locale?: string; viewport?: typeof PHONE } = {},
): Promise<TestBrowser> {
  const executablePath = process.env.TEST_CHROMIUM
  if (!executablePath) throw new Error('TEST_CHROMIUM is not set: run this through npm test')
  const context = await chromium.launchPersistentContext(await newFolder(), {
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: QUIET,
    viewport: options.viewport ?? PHONE,
    locale: options.locale ?? 'zh-CN',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const requests: string[] = []
  const code: Promise<number>[] = []

  context.on('request', (request) => requests.push(request.url()))
  context.on('response', (response) => {
    if (response.status() >= 400)
      complaints.push(`${response.status()} ${response.request().method()} ${response.url()}`)
    if (/^(script|stylesheet)$/.test(response.request().resourceType()))
      code.push(response.body().then((body) => gzipSync(body).length))
  })
  context.on('console', (message) => {
    // an answer from 400 up is told above, with its address
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(`console: ${message.text()}`)
  })
  context.on('weberror', (error) => complaints.push(`exception: ${error.error().stack}`))

  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    complaints,
    requests,
    codeBytes: async () => (await Promise.all(code)).reduce((sum, bytes) => sum + bytes, 0),
    close: () => context.close(),
  }
}

/** Wider than the screen: the page scrolls sideways. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}

/** Closes a browser whose test failed; a picture of its page stays in test/output. */
export async function leaveEvidence({ page, complaints, close }: TestBrowser): Promise<void> {
  const path = `test/output/${Date.now()}-${page.viewportSize()?.width}.png`
  await page.screenshot({ path, fullPage: true }).catch(() => undefined)
  console.error(`${path}: ${page.url()}`, complaints)
  await close()
}
