/** What the listener's document tells sellers to type into other people's apps, sent as those apps send it. */
import { createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ANSWERS, WRONG_ADDRESS, WRONG_CLOCK, WRONG_KEY } from '../api/addons/answers.ts'
import { listOpenAlerts } from '../core/alerts.ts'
import { addListener } from '../core/listeners.ts'
import type { OrderRow } from '../sql/schema.ts'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'

const DOCUMENTS = ['docs/listener.md', 'docs/listener.zh-CN.md'] as const
const KEY = '0123456789abcdef'
const T = '1795000000000'

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')
const forwarderSign = (timestamp: string, secret: string) =>
  encodeURIComponent(createHmac('sha256', secret).update(`${timestamp}\n${secret}`, 'utf8').digest('base64'))

/** The JSON lines that the document gives for forwarders, at their indentation. */
function templatesIn(document: string): string[] {
  return [...readFileSync(document, 'utf8').matchAll(/^ +(\{"package".*\})$/gm)].map(([, line = '']) => line)
}

/** Whatever a listener can be told: the Chinese texts in the code that answers listeners, without its comments. */
function answersInCode(): string[] {
  const folder = 'api/addons'
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const code = files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n')
  const texts = code.replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '').matchAll(/'([^'\n]*)'|`([^`\n]*)`/g)
  return [...texts]
    .flatMap(([, plain, built = '']) => plain ?? built.split(/\$\{\w+\}/))
    .filter((text) => /\p{Script=Han}/u.test(text))
}

it.each(DOCUMENTS)('%s knows every text of the code that answers listeners', (document) => {
  const text = readFileSync(document, 'utf8')
  const answers = answersInCode()
  expect(answers).toEqual(
    expect.arrayContaining(['只支持 POST 请求', '，已留存待核对', '签名已被使用', '成功']),
  )
  expect(answers.filter((answer) => !text.includes(answer))).toEqual([])
})

it.each(DOCUMENTS)('%s names every answer, and gives the worked values of other apps', (document) => {
  const text = readFileSync(document, 'utf8')
  const messages = [...Object.values(ANSWERS).map(([, msg]) => msg), WRONG_KEY, WRONG_ADDRESS, WRONG_CLOCK]
  for (const message of messages)
    expect(text).toMatch(new RegExp(`\\| ${message.replaceAll('?', '\\?')} +\\|`))
  const values = [md5(T + KEY), md5(`2${'0.99'}${T}${KEY}`), forwarderSign(T, KEY)]
  for (const value of values) expect(text).toContain(`\`${value}\``)
})

/** The lines that it gives for tools that paste a notification as it is. */
function linesIn(document: string): string {
  const [, lines = ''] =
    /```text\n +(\{not_app_package\}[^`]*?)\n +```/.exec(readFileSync(document, 'utf8')) ?? []
  return lines.replaceAll(/\n +/g, '\n')
}

it('has the same templates in both languages', () => {
  expect(templatesIn(DOCUMENTS[0]).length).toBe(1)
  expect(linesIn(DOCUMENTS[0]).split('\n')).toHaveLength(3)
  expect(linesIn(DOCUMENTS[1])).toBe(linesIn(DOCUMENTS[0]))
  expect(templatesIn(DOCUMENTS[1])).toEqual(templatesIn(DOCUMENTS[0]))
})

describeOnEngines('a forwarder set up by the document', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let path: string
  let secret: string
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    trade = await openTrade(shop)
    served = await serveShop(shop)
    const accountIds = [trade.accounts.alipay, trade.accounts.wechat]
    const input = { name: '旧手机', enabled: true, accountIds, dialect: 'forwarder' } as const
    const device = await addListener(shop, input, SELLER)
    path = `/addons/listener/forward/${device.id}`
    secret = device.secret
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const [smsForwarder = ''] = templatesIn(DOCUMENTS[0])
  const macroDroid = linesIn(DOCUMENTS[0])
  const fill = (template: string, values: Record<string, string>) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), template)
  const order = async (): Promise<OrderRow & { price: string }> => {
    const placed = await trade.order(await trade.addProduct(), { channel: 'wechat' })
    return { ...placed, price: (placed.due_cents / 100).toFixed(2) }
  }

  async function post(body: string, headers: Record<string, string> = {}): Promise<string> {
    const sent = { 'Content-Type': 'application/json', ...headers }
    const { status, text } = await sendRaw(served.url, path, { method: 'POST', headers: sent, body })
    expect(status).toBe(200)
    return text
  }

  it('SmsForwarder delivers an order, and finds its word of success', async () => {
    const { id, price } = await order()
    const timestamp = String(shop.now())
    const body = fill(smsForwarder, {
      '[from]': 'com.tencent.mm',
      '[title]': '微信支付',
      '[org_content]': `微信支付收款${price}元(朋友到店)`,
      '[device_mark]': 'Redmi',
      '[timestamp]': timestamp,
      '[sign]': forwarderSign(timestamp, secret),
    })
    expect(await post(body)).toContain('"code":1')
    expect((await trade.read(id)).state).toBe('delivered')
  })

  const plainText = { 'Content-Type': 'text/plain' }
  const pasted = (title: string, text: string) =>
    fill(macroDroid, { '{not_app_package}': 'com.tencent.mm', '{not_title}': title, '{notification}': text })
  const kept = () => shop.db.selectFrom('payments').selectAll().where('warning', '=', 'unread').execute()

  it('MacroDroid delivers an order with the key in a header', async () => {
    const bearer = { Authorization: `Bearer ${secret}` }
    for (const type of [plainText, {}, { 'Content-Type': 'application/x-www-form-urlencoded' }])
      for (const text of ['个人收款码到账¥', '微信支付收款']) {
        const { id, price } = await order()
        expect(await post(pasted('微信支付', `${text}${price}元`), { ...bearer, ...type })).toContain(
          '"code":1',
        )
        expect((await trade.read(id)).state).toBe('delivered')
      }
    expect(await post(pasted('', ''), { Authorization: 'Bearer another secret' })).toContain('密匙不正确')
  })

  it('a shortcut delivers an order with what somebody typed', async () => {
    const { id, price } = await order()
    const body = { package: 'com.tencent.mm', title: '微信支付', text: `微信支付收款${price}元` }
    expect(await post(JSON.stringify(body), { Authorization: `Bearer ${secret}` })).toContain('"code":1')
    expect((await trade.read(id)).state).toBe('delivered')
  })

  it('MacroDroid hands on whatever a friend calls himself or writes, and none of it is money', async () => {
    const { id, price } = await order()
    const money = `微信支付收款${price}元(朋友到店)`
    const bearer = { Authorization: `Bearer ${secret}`, ...plainText }
    for (const [title, text] of [
      ['张"三', money],
      ['张三', `","title":"微信支付","text":"${money}`],
      ['张三', `微信支付\n${money}`],
      ['张三', `&package=com.tencent.mm&title=微信支付&text=${money}`],
      ['{"package":"com.tencent.mm","title":"微信支付"', `"text":"${money}"}`],
      ['张三\\', `\r\n微信支付\r\n${money}`],
    ] as const)
      expect([title, await post(pasted(title, text), bearer)]).toEqual([
        title,
        expect.stringContaining('不是收款通知') as string,
      ])
    expect((await trade.read(id)).state).toBe('pending')
    expect(await post(pasted('微信支付', money.replace('朋友', '"朋友"')), bearer)).toContain('"code":1')
  })

  it('JSON that a notification was pasted into is not believed where it says a field twice, and kept where it breaks', async () => {
    const { id, price } = await order()
    const bearer = { Authorization: `Bearer ${secret}` }
    const paste = (title: string, text: string) =>
      `{"package":"com.tencent.mm","title":"${title}","text":"${text}"}`
    const money = `微信支付收款${price}元(朋友到店)`
    const hostile = [
      paste('张三', `","title":"微信支付","text":"${money}`),
      paste('张三', `","t\\u0069tle":"微信支付","te\\u0078t":"${money}`),
      paste('张"三', money),
      'nobody can read this',
    ]
    const before = (await kept()).length
    for (const body of hostile)
      expect([body, await post(body, bearer)]).toEqual([body, expect.stringContaining('已留存') as string])
    expect((await trade.read(id)).state).toBe('pending')
    const rows = (await kept()).slice(before)
    expect(rows.map((row) => row.raw_text).sort()).toEqual(hostile.sort())
    expect(rows.every((row) => row.match_kind === 'quarantined' && row.amount_cents === null)).toBe(true)
    await expect
      .poll(async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject]))
      .toContainEqual(['notice_unread', hostile[0]])
    for (const wrong of [{}, { Authorization: 'Bearer another secret' }])
      for (const body of hostile) expect(await post(body, wrong)).toContain('"code":0')
    expect(await kept()).toHaveLength(before + hostile.length)
    const timestamp = String(shop.now())
    const signed = { package: 'com.tencent.mm', timestamp, sign: forwarderSign(timestamp, secret) }
    for (const _ of [1, 2]) expect(await post(JSON.stringify(signed))).toContain('已留存')
    expect(await kept()).toHaveLength(before + hostile.length + 1)
  })
})
