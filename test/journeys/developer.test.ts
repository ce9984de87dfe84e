/** A developer reads at /docs how to take payments, and tries it there with a test key. */
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as contract from '../../api/contract/index.ts'
import { leaveEvidence, openBrowser, scrollsSideways, type TestBrowser } from '../support/browser.ts'
import { get, signInAsSeller } from '../support/client.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'

const DESK = { width: 1280, height: 900 }
const SECTIONS = [
  'quick-start',
  'testing',
  'webhooks',
  'errors',
  'idempotency',
  'lists',
  'account',
  'orders',
  'test-mode',
  'webhook-endpoints',
  'webhook-deliveries',
]

const MERCHANT = {
  name: '示例网店',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: [],
  callbackMethod: 'GET' as const,
  showQrcode: false,
  ordersPerMinute: 0,
}

describeOnSetups('a developer', (setup) => {
  let till: Till
  let key: string
  const browsers: TestBrowser[] = []

  beforeEach(async () => {
    const PORT = String(await freePort())
    till = await startTill({ ...(await setup.env()), PORT, PUBLIC_URL: `http://127.0.0.1:${PORT}` })
    const { headers } = await signInAsSeller(till.url)
    const { id } = await get(till.url, contract.addMerchant, { headers, body: MERCHANT })
    const made = await get(till.url, contract.addMerchantKey, {
      headers,
      params: { id },
      body: { kind: 'test', name: '' },
    })
    key = made.secret
  })

  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail'
    await Promise.all(browsers.splice(0).map((one) => (failed ? leaveEvidence(one) : one.close())))
    await till.end('SIGKILL')
  })

  async function open(options: Parameters<typeof openBrowser>[0] = {}): Promise<TestBrowser> {
    const browser = await openBrowser(options)
    browsers.push(browser)
    return browser
  }

  const cardOf = (page: Page, operation: string) => page.locator(`#${operation}`)

  /** Sends what the page shows. @returns the status that it then tells. */
  async function tryIt(page: Page, operation: string): Promise<string> {
    const card = cardOf(page, operation)
    await card.getByRole('button', { name: '在线调试' }).click()
    await card.locator('input[type=password]').fill(key)
    await card.getByRole('button', { name: '发送请求' }).click()
    return (await card.locator('.answer strong').textContent()) ?? ''
  }

  it('reads, creates a test order, pays it, and sees what was answered, without leaving the page', async () => {
    const desk = await open({ viewport: DESK })
    const { page } = desk
    await page.goto(`${till.url}/docs`)
    await page.getByRole('heading', { name: '快速开始' }).waitFor()
    await page.getByRole('link', { name: '订单', exact: true }).click()
    expect(await tryIt(page, 'v1CreateOrder')).toBe('201')
    const answer = await cardOf(page, 'v1CreateOrder').locator('.answer pre').textContent()
    const order = JSON.parse(answer ?? '') as { id: string; payment_url: string; livemode: boolean }
    expect(order.livemode).toBe(false)
    const link = cardOf(page, 'v1CreateOrder').getByRole('link', { name: '打开付款页' })
    expect(await link.getAttribute('href')).toBe(order.payment_url)

    await page.getByRole('link', { name: '测试模式', exact: true }).click()
    expect(await tryIt(page, 'v1PayTestOrder')).toBe('200')
    expect(await cardOf(page, 'v1PayTestOrder').locator('.answer pre').textContent()).toContain('"matched"')
    const paid = await fetch(`${till.url}/api/v1/orders/${order.id}`, {
      headers: { Authorization: `Bearer ${key}` },
    })
    expect(await paid.json()).toMatchObject({ id: order.id, status: 'paid' })

    await page.reload()
    await cardOf(page, 'v1PayTestOrder').getByRole('button', { name: '在线调试' }).click()
    expect(await cardOf(page, 'v1PayTestOrder').locator('input[type=password]').inputValue()).toBe('')
    expect(desk.complaints).toEqual([])
    expect(desk.requests.filter((address) => !address.startsWith(till.url))).toEqual([])
  })

  it('is warned before a live key changes anything', async () => {
    const { page } = await open({ viewport: DESK })
    await page.goto(`${till.url}/#/docs/orders/v1CreateOrder`)
    const card = cardOf(page, 'v1CreateOrder')
    await card.getByRole('button', { name: '在线调试' }).click()
    await card.locator('input[type=password]').fill('sk_live_anything')
    expect(await card.getByRole('alert').textContent()).toContain('正式密钥')
    const send = card.getByRole('button', { name: '发送请求' })
    expect(await send.isDisabled()).toBe(true)
    await card.getByRole('checkbox').check()
    expect(await send.isDisabled()).toBe(false)
  })

  it('can read all of it on a phone, in either language', async () => {
    const phone = await open({ viewport: { width: 360, height: 740 } })
    const { page } = phone
    for (const language of ['zh-CN', 'en']) {
      for (const section of SECTIONS) {
        await page.goto(`${till.url}/#/docs/${section}`)
        await page.locator(language === 'zh-CN' ? 'html[lang=zh-CN]' : 'html[lang=en]').waitFor()
        await until(async () => {
          const title = (await page.locator('h1').textContent()) ?? ''
          return /\p{Script=Han}/u.test(title) === (language === 'zh-CN')
        }, `${section} in ${language}`)
        expect([section, await scrollsSideways(page)]).toEqual([section, false])
      }
      if (language === 'zh-CN') await page.getByRole('button', { name: 'English' }).click()
    }
    expect(phone.complaints).toEqual([])
  })
})
