import { afterEach, beforeEach, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { escapeHtml } from '../../core/letters.ts'
import { serveShop, type TestApp } from '../support/app.ts'
import { leaveEvidence, openBrowser, scrollsSideways, type TestBrowser } from '../support/browser.ts'
import { describeOnEngines } from '../support/engines.ts'
import { md5, orderFields, postForm, signed, type Fields } from '../support/epay-site.ts'
import { openMerchant, type TestMerchant } from '../support/merchants.ts'
import { openTestShop, type TestShop } from '../support/shop.ts'
import { openSite } from '../support/site.ts'
import { openTrade } from '../support/trade.ts'

const PAGES = fileURLToPath(new URL('../../public/app', import.meta.url))

describeOnEngines('a buyer who comes from a merchant’s site', (engine) => {
  let shop: TestShop
  let merchant: TestMerchant
  let served: TestApp
  let till: string
  let browser: TestBrowser
  let page: Page

  beforeEach(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    merchant = await openMerchant(shop)
    served = await serveShop(shop, { pagesDir: PAGES })
    till = served.url.replace('127.0.0.1', 'localhost') // another site than the merchant's, not only another port
    browser = await openBrowser()
    page = browser.page
  })
  afterEach(async ({ task }) => {
    await (task.result?.state === 'fail' ? leaveEvidence(browser) : browser.close())
    await served.close()
    await shop.close()
  })

  /** Their checkout: a form with the signed values, as the SDKs of the protocol write it. */
  async function openCheckout(fields: Fields, attributes = ''): Promise<void> {
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
    )
    const form = `<form method="post" action="${till}/submit.php"${attributes}>${inputs.join('')}<button>pay</button></form>`
    const { port } = await openSite((_, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(`<!doctype html><title>shop</title><link rel="icon" href="data:,">${form}`)
    })
    await page.goto(`http://127.0.0.1:${port}/`)
  }

  it('by a form lands on the page where the order is paid, in the same tab or in a new one', async () => {
    const fields = signed(orderFields(merchant, { money: '4321.00' }), merchant.key)
    await openCheckout(fields)
    await page.getByRole('button').click()
    await page.waitForURL(/\/#\/pay\/[\w-]{21}$/)
    await page.getByText('4321.00').first().waitFor()
    await openCheckout(fields, ' target="_blank"')
    const [tab] = await Promise.all([browser.context.waitForEvent('page'), page.getByRole('button').click()])
    await tab.getByText('4321.00').first().waitFor()
    expect(browser.complaints).toEqual([])
  })

  async function fillPool(money: string): Promise<void> {
    for (let at = 0; at < 11; at += 1) {
      const taken = signed(orderFields(merchant, { money }), merchant.key)
      await postForm(served.url, '/mapi.php', taken)
    }
  }

  async function comeAgain(): Promise<void> {
    await page.getByRole('button').click()
    await page.getByText(/约 \d+ 秒后可以支付/).waitFor()
    expect(page.url()).toBe(`${till}/submit.php`)
    expect(await scrollsSideways(page)).toBe(false)
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).maxWidth)).toBe('440px')
    shop.advance(700_000)
    await page.getByRole('button', { name: '重试' }).click()
    await page.waitForURL(/\/#\/pay\/[\w-]{21}$/)
  }

  it('while every amount is taken reads when to come again, and gets one then by the button', async () => {
    const asked = orderFields(merchant, { money: '4322.00', name: '月卡 "30 天" <b>', param: 'a\\b&c=1' })
    await fillPool('4322.00')
    await openCheckout(signed(asked, merchant.key))
    await comeAgain()
    await page.getByText('月卡 "30 天" <b>').first().waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('does so from a shop that writes GBK, whose bytes are sent once more as they were', async () => {
    const asked = orderFields(merchant, { money: '4323.00', name: '会员' })
    await fillPool('4323.00')
    const bytes = Object.keys(asked)
      .sort()
      .map((name) => (name === 'name' ? 'name=\xbb\xe1\xd4\xb1' : `${name}=${asked[name]}`))
    const sign = md5(Buffer.from(bytes.join('&') + merchant.key, 'latin1'))
    await openCheckout({ ...asked, sign }, ' accept-charset="gbk"')
    await comeAgain()
    await page.getByText('会员').first().waitFor()
    expect(browser.complaints).toEqual([])
  })
})
