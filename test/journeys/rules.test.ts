/** A wallet words its notifications anew: the seller teaches the till to read them, without a new version of it. */
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addListener, listCodes, showListenerSecret, showOrder } from '../../api/contract/index.ts'
import { leaveEvidence, openBrowser, type TestBrowser } from '../support/browser.ts'
import { get, order, signInAsSeller } from '../support/client.ts'
import { DESK, expectFitsNarrow, signInto } from '../support/console.ts'
import { wechatPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { describeOnSetups } from '../support/setups.ts'

const WECHAT = 'com.tencent.mm'

describeOnSetups('the rules of notifications', (setup) => {
  let till: Till
  let desk: TestBrowser | undefined
  let page: Page
  let product: string
  let forward: (text: string) => Promise<{ code: number; msg: string }>

  beforeEach(async () => {
    till = await startTill({ ...(await setup.env()), ORDER_LIMITS: '0' })
    const seller = await signInAsSeller(till.url)
    const { headers } = seller
    product = await seller.addProduct({ priceCents: 500 })
    await seller.addCode(wechatPayload(7), null)
    const { accounts } = await get(till.url, listCodes, { headers })
    const accountIds = accounts.filter(({ channel }) => channel === 'wechat').map(({ id }) => id)
    const body = { name: '转发手机', enabled: true, accountIds, dialect: 'forwarder' as const }
    const { id } = await get(till.url, addListener, { headers, body })
    const { secret } = await get(till.url, showListenerSecret, { headers, params: { id } })
    forward = async (text) => {
      const answer = await fetch(`${till.url}/addons/listener/forward/${id}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ package: WECHAT, title: '微信支付', text }),
      })
      return (await answer.json()) as { code: number; msg: string }
    }
    desk = await openBrowser({ viewport: DESK })
    page = desk.page
    await signInto(desk, till.url, seller)
    await page.goto(`${till.url}/#/admin/listeners`)
    await page.getByRole('link', { name: '通知规则' }).click()
    await ruleOf('微信收款').waitFor()
  })
  afterEach(async ({ task }) => {
    try {
      await (desk && task.result?.state === 'fail' ? leaveEvidence(desk) : desk?.close())
    } finally {
      desk = undefined
      await till.end('SIGKILL')
    }
  })

  const ruleOf = (name: string) =>
    page.getByTestId('rule').filter({ has: page.getByText(name, { exact: true }) })
  const wording = (price: string) => `小店进账${price}元，来自朋友到店`

  /** @returns what the page says that such a notification would be. */
  async function tryOut(text: string): Promise<string> {
    const form = page.getByTestId('try-notification')
    await form.locator('input[name=try-title]').fill('微信支付')
    await form.locator('textarea[name=try-text]').fill(text)
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/notification-rules/try'))
    await form.getByRole('button', { name: '试一下' }).click()
    await answered
    return (await form.getByTestId('outcome').textContent()) ?? ''
  }

  async function place(): Promise<{ id: string; price: string }> {
    const { reply } = await order(till.url, product, 'buyer@example.com', 'wechat')
    return { id: reply.order.id, price: (reply.order.dueCents / 100).toFixed(2) }
  }
  const stateOf = async (id: string) => (await get(till.url, showOrder, { params: { id } })).state

  it('are edited, tried and saved, read real money from then on, and are reset', async () => {
    expect(await tryOut(wording('3.00'))).not.toContain('记为')
    const { id, price } = await place()
    expect(await forward(wording(price))).not.toMatchObject({ msg: '收款处理成功!' })
    expect(await stateOf(id)).toBe('pending')

    await ruleOf('微信收款').getByRole('button', { name: '编辑“微信收款”' }).click()
    const dialog = page.getByRole('dialog')
    const texts = dialog.locator('textarea[name=rule-texts]')
    await texts.fill(`${await texts.inputValue()}\n小店进账{amount}元*`)
    await dialog.getByRole('button', { name: '添加样例' }).click()
    await dialog.getByLabel('标题', { exact: true }).last().fill('微信支付')
    await dialog.getByLabel('正文', { exact: true }).last().fill(wording('0.88'))
    await dialog.getByLabel(/^金额/).last().fill('0.80')
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.getByRole('alert').getByText('每条样例都要读得出').waitFor()
    await dialog.getByLabel(/^金额/).last().fill('0.88')
    await expectFitsNarrow(page)
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await ruleOf('微信收款').getByText('已修改').waitFor()
    const read = await tryOut(wording('3.00'))
    expect(read).toContain('记为微信到账 ¥3.00')
    expect(read).toContain('微信收款')

    expect(await forward(wording(price))).toMatchObject({ code: 1, msg: '收款处理成功!' })
    expect(await stateOf(id)).toBe('delivered')

    await ruleOf('微信收款').getByRole('button', { name: '恢复默认' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '恢复默认' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await ruleOf('微信收款').getByText('已修改').waitFor({ state: 'detached' })
    expect(await tryOut(wording('3.00'))).not.toContain('记为')
    const next = await place()
    expect(await forward(wording(next.price))).not.toMatchObject({ msg: '收款处理成功!' })
    expect(await stateOf(next.id)).toBe('pending')
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([expect.stringMatching(/^4\d\d PUT .*\/notification-rules\//)])
  })

  it('of the seller’s own are added, switched off and deleted', async () => {
    await page.getByTestId('add-rule').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[name=rule-name]').fill('小店进账')
    await dialog.getByRole('button', { name: '添加规则' }).click()
    await dialog.getByText('至少写一行。').nth(1).waitFor()
    await dialog.locator('textarea[name=rule-titles]').fill('微信支付')
    await dialog.locator('textarea[name=rule-texts]').fill('小店进账{amount}元*')
    await dialog.getByRole('button', { name: '添加规则' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await tryOut(wording('3.00'))).toContain('按规则“小店进账”')

    const own = ruleOf('小店进账')
    await own.getByRole('switch').locator('..').click()
    await own.locator('.is-checked').waitFor({ state: 'detached' })
    expect(await tryOut(wording('3.00'))).not.toContain('记为')
    await own.getByRole('button', { name: '删除' }).click()
    await dialog.getByRole('button', { name: '删除' }).click()
    await own.waitFor({ state: 'detached' })
    expect(desk?.complaints).toEqual([])
  })
})
