import { afterEach, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { leaveEvidence, openBrowser, type TestBrowser } from '../support/browser.ts'
import { signInAsSeller } from '../support/client.ts'
import { DESK, expectFitsNarrow, signInto } from '../support/console.ts'
import { openEpaySite, orderIdOf, postForm, signatureOf, signed } from '../support/epay-site.ts'
import { phoneOf } from '../support/listener.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { describeOnSetups } from '../support/setups.ts'
import { until } from '../support/until.ts'

describeOnSetups('seller, merchant and buyer', (setup) => {
  let till: Till
  const browsers: TestBrowser[] = []

  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail'
    await Promise.all(
      browsers.splice(0).map((browser) => (failed ? leaveEvidence(browser) : browser.close())),
    )
    await till.end('SIGKILL')
  })

  async function open(options: Parameters<typeof openBrowser>[0] = {}): Promise<TestBrowser> {
    const browser = await openBrowser(options)
    browsers.push(browser)
    return browser
  }

  it('go from a new merchant to a site that is told of its payment, and to a console that tells all of it', async () => {
    const site = await openEpaySite()
    const PORT = String(await freePort())
    const PUBLIC_URL = `http://127.0.0.1:${PORT}`
    till = await startTill({ ...(await setup.env()), PORT, PUBLIC_URL, CALLBACK_ALLOW: site.hostPort })
    const seller = await signInAsSeller(till.url)
    await seller.addCode('https://qr.alipay.com/fkx10000examplecode0001', null)

    const desk = await open({ viewport: DESK })
    await signInto(desk, till.url, seller)
    const { pid, key } = await addMerchant(desk.page, till.url)
    await expectFitsNarrow(desk.page)

    const asked = {
      pid,
      type: 'alipay',
      out_trade_no: 'INV-2026-0042',
      notify_url: site.notifyUrl,
      return_url: 'https://shop.example.com/return?order_id=42',
      name: 'VIP会员',
      money: '12.5',
    }
    const answer = await postForm(till.url, '/mapi.php', signed(asked, key))
    expect(JSON.parse(answer.text)).toMatchObject({ code: 1 })
    const orderId = orderIdOf(answer)

    const phone = await open()
    await phone.page.goto(`${till.url}/#/pay/${orderId}`)
    await phone.page.getByText('12.50').first().waitFor()
    expect((await (await phoneOf(till)).push('12.50', 'alipay')).code).toBe(1)
    const back = phone.page.getByTestId('return')
    await back.waitFor()
    const returned = Object.fromEntries(new URL((await back.getAttribute('href')) ?? '').searchParams)
    expect(returned).toMatchObject({ order_id: '42', trade_status: 'TRADE_SUCCESS', money: '12.5' })

    await until(() => site.received.length > 0, 'the callback')
    const [told] = site.received
    expect(told).toMatchObject({
      method: 'GET',
      fields: { pid, out_trade_no: 'INV-2026-0042', money: '12.5', trade_status: 'TRADE_SUCCESS' },
    })
    expect(told?.fields.sign).toBe(signatureOf(told?.fields ?? {}, key))

    const { page } = desk
    await page.goto(`${till.url}/#/admin/orders`)
    await page.getByTestId('order-merchant').getByText('我的发卡网 · 易支付').waitFor()
    await page.getByRole('link', { name: 'VIP会员' }).click()
    const merchant = page.getByTestId('order-merchant')
    await merchant.getByText('INV-2026-0042').waitFor()
    expect(await page.getByTestId('order-protocol').textContent()).toBe('易支付')
    const callbacks = page.getByTestId('order-callbacks')
    await callbacks.locator('li[data-state=delivered]').getByRole('button').click()
    await callbacks.getByTestId('attempt').waitFor()
    expect(await callbacks.getByTestId('attempt-answer').textContent()).toBe('success')
    await expectFitsNarrow(page)

    await page.getByTestId('redeliver').click()
    await page.getByRole('dialog').getByRole('button', { name: '重新发送' }).click()
    await until(() => site.received.length === 2, 'the callback, once more')
    expect(site.received[1]?.fields).toEqual(told?.fields)
    expect(site.received).toHaveLength(2)
    for (const browser of [desk, phone]) expect(browser.complaints).toEqual([])
  })
})

/** @returns what the site is given: its number, and the key that is seen once. */
async function addMerchant(page: Page, url: string): Promise<{ pid: string; key: string }> {
  await page.goto(`${url}/#/admin/developers`)
  await page.getByTestId('add-merchant').click()
  await page.getByTestId('merchant-form').locator('input[name=merchant-name]').fill('我的发卡网')
  await page.getByRole('button', { name: '添加', exact: true }).click()
  await page.waitForURL(/#\/admin\/developers\/merchants\/[\w-]{21}\?part=keys$/)
  await page.getByTestId('add-key').click()
  await page.getByTestId('key-form').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '添加密钥' }).click()
  const secret = page.getByTestId('new-secret')
  const key = (await secret.textContent()) ?? ''
  await page.getByTestId('secret-saved').click()
  await secret.waitFor({ state: 'detached' })
  expect(await page.locator('body').textContent()).not.toContain(key)
  await page.getByRole('link', { name: '接入' }).click()
  await page.getByText(`${url}/submit.php`).first().waitFor()
  const pid = /\d+/.exec((await page.getByText(/^商户号 \d+$/).textContent()) ?? '')?.[0] ?? ''
  await page.locator('[data-protocol=epay]').getByTestId('test-protocol').click()
  expect(await page.getByTestId('tested-answer').first().textContent()).toContain('"code":1')
  return { pid, key }
}
