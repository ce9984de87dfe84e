import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { leaveEvidence, openBrowser, scrollsSideways, type TestBrowser } from '../support/browser.ts'
import { phoneOf } from '../support/listener.ts'
import { startMailCatcher } from '../support/mail-catcher.ts'
import { alipayPayload, codePicture, wechatPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { describeOnSetups } from '../support/setups.ts'

const DESK = { width: 1280, height: 900 }
const NARROW = { width: 320, height: 640 }
/** What a buyer loads before the product page works, compressed. */
const CODE_BUDGET = 90_000
/** A page without a live stream would have asked by then. */
const PAST_POLLING_MS = 4_000
const GOODS = 'GIFT-7391-中文'

describeOnSetups('seller and buyer', (setup) => {
  let till: Till
  let catcher: Awaited<ReturnType<typeof startMailCatcher>>
  const browsers: TestBrowser[] = []

  beforeEach(async () => {
    catcher = await startMailCatcher()
    const PORT = String(await freePort())
    const PUBLIC_URL = `http://127.0.0.1:${PORT}`
    till = await startTill({ ...(await setup.env()), SMTP_URL: catcher.url, PORT, PUBLIC_URL })
  })

  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail'
    await Promise.all(
      browsers.splice(0).map((browser) => (failed ? leaveEvidence(browser) : browser.close())),
    )
    await till.end('SIGKILL')
    await catcher.close()
  })

  async function open(options: Parameters<typeof openBrowser>[0] = {}): Promise<TestBrowser> {
    const browser = await openBrowser(options)
    browsers.push(browser)
    return browser
  }

  it('goes from a fresh installation to delivered goods: on the page without a reload, and by mail', async () => {
    const desk = await open({ viewport: DESK })
    await signIn(desk.page, till.url)
    const productId = await addProduct(desk.page, till.url)
    await uploadCodes(desk.page, till.url)
    expect(desk.complaints).toEqual([`401 GET ${till.url}/api/admin/session`])
    expect(strangers(desk, till.url)).toEqual([])

    const phone = await open()
    const { page } = phone
    await page.goto(`${till.url}/#/goods/${productId}`)
    await page.getByTestId('buy').waitFor()
    expect(await phone.codeBytes()).toBeLessThanOrEqual(CODE_BUDGET)
    await expectFitsNarrow(page)

    await page.getByRole('textbox').fill('buyer@example.com')
    await page.getByText('支付宝', { exact: true }).first().click()
    await page.getByTestId('buy').click()
    await page.waitForURL(/#\/pay\/[\w-]{21}$/)
    await page.getByText('9.90').first().waitFor()
    const code = page.locator('img[alt*="9.90"]')
    await code.waitFor()
    expect(await code.evaluate(widthOnceLoaded)).toBeGreaterThanOrEqual(720)
    await expectFitsNarrow(page)

    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    const questions = () =>
      phone.requests.filter((address) => /\/api\/orders\/[\w-]{21}$/.test(address)).length
    const asked = questions()
    await page.waitForTimeout(PAST_POLLING_MS)
    expect(questions()).toBe(asked) // the page listens instead of asking
    const answer = await (await phoneOf(till)).push('9.90', 'alipay')
    expect(answer.code).toBe(1)
    await page.getByText(GOODS).first().waitFor()
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
    await expectFitsNarrow(page)

    const [letter] = await catcher.waitForLetters(1)
    expect(letter?.to).toEqual(['buyer@example.com'])
    expect(letter?.text).toContain(GOODS)
    expect(letter?.html).toContain(GOODS)
    expect(phone.complaints).toEqual([])
    expect(strangers(phone, till.url)).toEqual([])
  })

  it('opens the goods from the link in the letter in another browser, and shows nothing to someone without it', async () => {
    const desk = await open({ viewport: DESK })
    await signIn(desk.page, till.url)
    const productId = await addProduct(desk.page, till.url)
    await uploadCodes(desk.page, till.url)
    const { page } = await open()
    await page.goto(`${till.url}/#/goods/${productId}`)
    await page.getByRole('textbox').fill('buyer@example.com')
    await page.getByText('微信支付', { exact: true }).first().click()
    await page.getByTestId('buy').click()
    await page.waitForURL(/#\/pay\/[\w-]{21}$/)
    const address = page.url()
    await page.getByText('9.90').first().waitFor()
    await (await phoneOf(till)).push('9.90', 'wechat')
    await page.getByText(GOODS).first().waitFor()

    const [letter] = await catcher.waitForLetters(1)
    const link = /https?:\/\/\S+\/#\/pay\/\S+/.exec(letter?.text ?? '')?.[0] ?? ''
    expect(link).toContain('key=')
    const other = await open()
    await other.page.goto(link)
    await other.page.getByText(GOODS).first().waitFor()
    expect(other.page.url()).not.toContain('key=')
    const stranger = await open()
    await stranger.page.goto(address)
    await stranger.page.getByText('月卡').first().waitFor()
    expect(await stranger.page.getByText(GOODS).count()).toBe(0)
    expect(stranger.complaints).toEqual([])
  })
})

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/admin`)
  const form = page.getByTestId('sign-in')
  await form.locator('input[name=name]').fill('admin')
  await form.locator('input[name=password]').fill('admin')
  await form.getByRole('button', { name: '登录' }).click()
  const choice = page.getByTestId('password-form')
  await choice.waitFor()
  for (const field of await choice.locator('input[type=password]').all())
    await field.fill('long enough 7391 yes')
  await choice.getByRole('button', { name: '修改密码' }).click()
  await page.getByTestId('password-form').waitFor({ state: 'detached' })
}

/** @returns the product's id. */
async function addProduct(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/#/admin/products/new`)
  await page.locator('input[name=name]').fill('月卡')
  await page.locator('input[name=price]').fill('9.90')
  await page.getByText('每位买家付款后都收到同一段内容').click()
  await page.locator('textarea[name=shared-text]').fill(GOODS)
  await page.getByRole('button', { name: '保存商品' }).click()
  await page.waitForURL(/#\/admin\/products\/[\w-]{21}$/)
  return page.url().split('/').pop() ?? ''
}

async function uploadCodes(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/admin/codes`)
  const pictures = [
    { channel: 'alipay', payload: alipayPayload(9), name: '9.90.png' },
    { channel: 'wechat', payload: wechatPayload(9), name: '微信-9.90.png' },
  ] as const
  await page.getByTestId('code-files').setInputFiles(
    pictures.map(({ name, ...code }) => ({
      name,
      mimeType: 'image/png',
      buffer: codePicture({ ...code, amountText: '9.90' }),
    })),
  )
  await page.getByRole('button', { name: '全部保存（2）' }).click()
  await page.getByText('已保存 2 个收款码').waitFor()
}

/** Runs in the page. */
async function widthOnceLoaded(image: SVGElement | HTMLElement): Promise<number> {
  if (!(image instanceof HTMLImageElement)) return 0
  await image.decode()
  return image.naturalWidth
}

async function expectFitsNarrow(page: Page): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize(NARROW)
  expect(await scrollsSideways(page)).toBe(false)
  if (before) await page.setViewportSize(before)
}

/** Addresses of anyone but the till. */
function strangers(browser: TestBrowser, url: string): string[] {
  return browser.requests.filter((address) => !address.startsWith(url) && !/^(data|blob):/.test(address))
}
