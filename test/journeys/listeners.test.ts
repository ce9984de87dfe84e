/** A seller sets each kind of phone up from what the console says, and sees it come alive there. */
import { createHash, createHmac } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { showOrder } from '../../api/contract/index.ts'
import type { Channel } from '../../core/vocabulary.ts'
import { leaveEvidence, openBrowser, type TestBrowser } from '../support/browser.ts'
import { get, order, signInAsSeller } from '../support/client.ts'
import { DESK, expectFitsNarrow, signInto } from '../support/console.ts'
import { createPhone, phoneOf, type Phone } from '../support/listener.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { describeOnSetups } from '../support/setups.ts'

describeOnSetups('a seller’s phones', (setup) => {
  let till: Till
  let desk: TestBrowser | undefined
  let page: Page
  let product: string

  beforeEach(async () => {
    const PORT = String(await freePort())
    const PUBLIC_URL = `http://127.0.0.1:${PORT}`
    till = await startTill({ ...(await setup.env()), PORT, PUBLIC_URL, ORDER_LIMITS: '0' })
    const seller = await signInAsSeller(till.url)
    product = await seller.addProduct({ priceCents: 500 })
    await seller.addCode(alipayPayload(7), null)
    await seller.addCode(wechatPayload(7), null)
    desk = await openBrowser({ viewport: DESK })
    page = desk.page
    await signInto(desk, till.url, seller)
    await page.goto(`${till.url}/#/admin/listeners`)
    await page.getByTestId('listener').waitFor()
  })
  afterEach(async ({ task }) => {
    try {
      await (desk && task.result?.state === 'fail' ? leaveEvidence(desk) : desk?.close())
    } finally {
      desk = undefined
      await till.end('SIGKILL')
    }
  })

  let buyers = 0
  async function place(channel: Channel): Promise<{ id: string; price: string }> {
    buyers += 1
    const { reply } = await order(till.url, product, `buyer${buyers}@example.com`, channel)
    return { id: reply.order.id, price: (reply.order.dueCents / 100).toFixed(2) }
  }
  const stateOf = async (id: string) => (await get(till.url, showOrder, { params: { id } })).state

  const cardOf = (name: string) => page.getByTestId('listener').filter({ hasText: name })
  const stands = (card: Locator, state: string) =>
    card.locator(`[data-testid=listener-state][data-state=${state}]`).waitFor()

  /** Adds a phone that reports both wallets. @returns its card, with the set-up open */
  async function add(name: string, dialect: string): Promise<Locator> {
    await page.getByTestId('add-listener').click()
    await page.getByTestId('listener-form').locator('input[name=listener-name]').fill(name)
    for (const label of ['报告哪个微信账户', '报告哪个支付宝账户'])
      await page.locator(`select[aria-label=${label}]`).selectOption({ index: 1 })
    await page.getByTestId('listener-form').getByText(dialect).click()
    await page.getByRole('dialog').getByRole('button', { name: '添加设备' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    const card = cardOf(name)
    await stands(card, 'neverSeen')
    return card
  }

  /** @returns the key, which is on the page only while the seller wants to see it */
  async function readKey(card: Locator): Promise<string> {
    await card.getByRole('button', { name: '显示密钥' }).click()
    const key = (await card.getByTestId('secret').textContent()) ?? ''
    expect(key.length).toBeGreaterThanOrEqual(16)
    return key
  }

  const told = (card: Locator, label: string) =>
    card.getByTestId('set-up-text').filter({ hasText: label }).locator('code').textContent()

  /** Opens the dialog of the phone that the till began with, lets it be changed, and saves it. */
  async function change(fill: (form: Locator) => Promise<void>): Promise<void> {
    await page.getByRole('button', { name: '编辑“手机”' }).click()
    await fill(page.getByTestId('listener-form'))
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  }

  /** What the app on that phone is told. */
  const phone = async (): Promise<Phone> => phoneOf(till)

  it('with our protocol: address and key lead to a check, a payment and heartbeats on the card', async () => {
    const card = await add('柜台旧手机', '码上收协议')
    const address = (await card.getByTestId('api-address').textContent()) ?? ''
    const app = createPhone(address, await readKey(card))
    await card.getByRole('button', { name: '隐藏' }).click()
    expect(await page.locator('body').textContent()).not.toContain(app.secret)

    const greeted = page.getByText('“柜台旧手机”联系上了').waitFor() // goes away by itself
    const [checked] = await Promise.all([app.check(), greeted])
    expect(checked.msg).toBe('配置成功!')
    await stands(card, 'checkedOnly')
    const { id, price } = await place('alipay')
    expect((await app.push(price, 'alipay')).msg).toBe('收款处理成功!')
    expect(await stateOf(id)).toBe('delivered')
    await stands(card, 'seen')
    await card.getByText(`¥${price}`).waitFor()
    await card.getByText('它用的是旧签名').waitFor()
    expect((await app.beat(Date.now())).code).toBe(1)
    await stands(card, 'beating')

    const commands = (await told(card, 'Termux')) ?? ''
    const program = await fetch(/^curl -O (\S+)$/m.exec(commands)?.[1] ?? '')
    expect([program.status, program.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([])
  })

  it('with the V免签 app: the one line leads to a heartbeat and a payment', async () => {
    const card = await add('V免签手机', 'V免签监控端')
    const key = await readKey(card)
    const line = (await told(card, '服务器地址和密钥')) ?? ''
    const [host, secret = ''] = line.split('/')
    expect([`http://${host}`, secret]).toEqual([till.url, key])
    const send = async (path: string, fields: Record<string, string>, signed: string) => {
      const sign = createHash('md5')
        .update(signed + secret)
        .digest('hex')
      const answer = await fetch(`http://${host}/${path}?${new URLSearchParams({ ...fields, sign })}`)
      return ((await answer.json()) as { code: number }).code
    }

    const t = String(Date.now())
    expect(await send('appHeart', { t }, t)).toBe(1)
    await stands(card, 'beating')
    const { id, price } = await place('wechat')
    const asJava = String(Number(price)).includes('.') ? String(Number(price)) : `${Number(price)}.0`
    expect(await send('appPush', { t, type: '1', price: asJava }, `1${asJava}${t}`)).toBe(1)
    expect(await stateOf(id)).toBe('delivered')
    await card.getByText(`¥${price}`).waitFor()
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([])
  })

  it('with a forwarder: address, template and key lead to a payment, and the answer has the word of success', async () => {
    const card = await add('转发手机', '短信转发器')
    const key = await readKey(card)
    const [url, template, success] = await Promise.all(
      ['Webhook 地址', '消息模板', '就算成功'].map(async (label) => (await told(card, label)) ?? ''),
    )
    const { id, price } = await place('wechat')
    const timestamp = String(Date.now())
    const sign = createHmac('sha256', key).update(`${timestamp}\n${key}`).digest('base64')
    const shown: Record<string, string> = {
      from: 'com.tencent.mm',
      title: '微信支付',
      org_content: `微信支付收款${price}元(朋友到店)`,
      device_mark: '转发手机',
      timestamp,
      sign: encodeURIComponent(sign),
    }
    const body = template?.replace(/\[(\w+)\]/g, (tag, name: string) => shown[name] ?? tag)
    const answer = await fetch(url ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      ...(body && { body }),
    })
    expect(await answer.text()).toContain(success)
    expect(await stateOf(id)).toBe('delivered')
    await stands(card, 'seen')
    await card.getByText(`¥${price}`).waitFor()
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([])
  })

  it('that take the newer form only refuse what anyone could send again, and say so among the payments', async () => {
    const app = await phone()
    await change(async (form) => form.getByText('只接受新签名').first().click())
    const { id, price } = await place('alipay')
    expect(await app.push(price, 'alipay')).toMatchObject({
      code: 0,
      msg: expect.stringContaining('新版签名'),
    })
    expect(await stateOf(id)).toBe('pending')
    const now = Date.now()
    const newer = { price, type: 'alipay', t: now, seen: now, nonce: 'first-of-today' } as const
    expect((await app.pushNewer(newer)).msg).toBe('收款处理成功!')
    expect(await stateOf(id)).toBe('delivered')

    await page.goto(`${till.url}/#/admin/payments?match=quarantined`)
    await page.locator('tbody tr').first().waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    expect(await page.locator('tbody tr').textContent()).toContain(price)
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([])
  })

  it('that are bound to addresses are heard from there alone', async () => {
    const app = await phone()
    expect((await app.push((await place('wechat')).price, 'wechat')).msg).toBe('收款处理成功!')
    await cardOf('手机')
      .locator('dd', { hasText: /^127\.0\.0\.1$/ })
      .waitFor()
    const { id, price } = await place('alipay')
    await change((form) => form.locator('textarea[name=bound-to]').fill('203.0.113.7, 10.0.0.0/8'))
    await page.getByText('只接受 203.0.113.7, 10.0.0.0/8').waitFor()
    expect((await app.push(price, 'alipay')).msg).toContain('没有绑定这个网络地址')
    expect(await stateOf(id)).toBe('pending')

    await change((form) => form.getByRole('button', { name: '加上 127.0.0.1' }).click())
    await page.getByText('只接受 203.0.113.7, 10.0.0.0/8, 127.0.0.1').waitFor()
    expect((await app.push(price, 'alipay')).msg).toBe('收款处理成功!')
    expect(await stateOf(id)).toBe('delivered')
    await expectFitsNarrow(page)
    expect(desk?.complaints).toEqual([])
  })
})
