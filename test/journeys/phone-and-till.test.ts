import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listPayments, placeOrder, showOrder } from '../../api/contract/index.ts'
import { get, signInAsSeller, type Seller } from '../support/client.ts'
import * as fake from '../support/fake-till.ts'
import { answerIsLost, openGate, type Gate } from '../support/gate.ts'
import { phoneOf } from '../support/listener.ts'
import { carryToPhone, type PhoneProgram, type Running } from '../support/phone-program.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { startTill, type Till } from '../support/process.ts'
import { freePort } from '../support/servers.js'
import { describeOnSetups } from '../support/setups.ts'
import { alipayNote, openStatusBar, wechatNote, type StatusBar } from '../support/status-bar.ts'
import { until } from '../support/until.ts'

const TEN_MINUTES = 600_000

describeOnSetups('the phone and the till', (setup) => {
  let environment: Record<string, string>
  let till: Till
  let gate: Gate
  let seller: Seller
  let product: string
  let bar: StatusBar
  let secret: string
  const running: Running[] = []

  beforeEach(async () => {
    environment = { ...(await setup.env()), PORT: String(await freePort()), ORDER_LIMITS: '0' }
    till = await startTill(environment)
    environment.DATA_DIR = till.dataDir
    gate = await openGate(() => till.url)
    seller = await signInAsSeller(till.url)
    product = await seller.addProduct({ priceCents: 500 })
    await seller.addCode(alipayPayload(7), null)
    await seller.addCode(wechatPayload(7), null)
    bar = await openStatusBar()
    secret = (await phoneOf(till)).secret
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')))
    await till.end('SIGKILL')
    await gate.close()
  })

  async function prepare(clockAheadMs = 0): Promise<PhoneProgram> {
    const phone = await carryToPhone(clockAheadMs)
    const { code, output } = await phone.setUp(`${gate.url}/addons/pay/`, secret, bar)
    expect([code, output]).toEqual([0, expect.any(String)])
    return phone
  }

  function start(phone: PhoneProgram): Running {
    const one = phone.run()
    running.push(one)
    return one
  }

  let buyers = 0
  async function order(channel: 'wechat' | 'alipay' = 'wechat'): Promise<{ id: string; price: string }> {
    buyers += 1
    const body = { productId: product, email: `buyer${buyers}@example.com`, channel }
    const { order: placed } = await get(till.url, placeOrder, { body })
    return { id: placed.id, price: (placed.dueCents / 100).toFixed(2) }
  }

  const stateOf = async (id: string) => (await get(till.url, showOrder, { params: { id } })).state
  const delivered = (id: string) =>
    until(async () => (await stateOf(id)) === 'delivered', 'the goods', 30_000)
  const payments = async () =>
    (await get(till.url, listPayments, { headers: seller.headers, query: {} })).payments

  it('hands its listener out, which needs nothing else to report the first payment', async () => {
    const file = await fetch(`${till.url}/app/qrtill-listener.mjs`)
    expect([file.status, file.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    const phone = await prepare()
    expect(await file.text()).toBe(readFileSync(phone.program, 'utf8'))
    start(phone)
    const [one, another] = [await order(), await order('alipay')]
    await bar.show(wechatNote(`微信支付收款${one.price}元(朋友到店)`), alipayNote(another.price))
    await Promise.all([delivered(one.id), delivered(another.id)])
    await new Promise((resolve) => setTimeout(resolve, 500)) // a few more looks
    expect((await payments()).map(({ match }) => match)).toEqual(['matched', 'matched'])
  })

  it('pays an order once when the phone is killed after sending and before it knows', async () => {
    const phone = await prepare()
    const first = start(phone)
    gate.behave(answerIsLost)
    const { id, price } = await order()
    await bar.show(wechatNote(`个人收款码到账¥${price}`))
    await delivered(id)
    await first.end('SIGKILL')
    gate.behave()
    const again = start(phone)
    await until(() => again.output().includes('收款处理成功!'), 'the answer to the repetition')
    expect((await payments()).length).toBe(1)
    const nonces = noncesIn(gate.passed)
    expect(nonces.length).toBeGreaterThan(1)
    expect(new Set(nonces).size).toBe(1)
  })

  it('pays an order as of the notification when the phone was killed before it could send', async () => {
    const phone = await prepare()
    gate.behave(fake.captivePortal)
    const first = start(phone)
    const { id, price } = await order()
    await bar.show(wechatNote(`微信支付收款${price}元`))
    await until(() => first.output().includes('is not reported yet'), 'the complaint')
    await first.end('SIGKILL')
    await bar.show()
    gate.behave()
    start(phone)
    await delivered(id)
    expect((await payments()).length).toBe(1)
  })

  it('pays what arrived while the till was down', async () => {
    const phone = await prepare()
    const listening = start(phone)
    const { id, price } = await order()
    await till.end('SIGKILL')
    await bar.show(wechatNote(`微信支付收款${price}元`))
    await until(() => listening.output().includes('is not reported yet'), 'the complaint')
    till = await startTill(environment)
    await delivered(id)
    expect((await payments()).length).toBe(1)
  })

  it.each([TEN_MINUTES, -TEN_MINUTES])(
    'pays an order although the phone’s clock is off by %s ms',
    async (ahead) => {
      const phone = await prepare(ahead)
      const listening = start(phone)
      const { id, price } = await order()
      await bar.show(wechatNote(`微信支付收款${price}元`, Date.now() + ahead))
      await delivered(id)
      expect((await payments()).map(({ match }) => match)).toEqual(['matched'])
      await until(() => /clock is (599|600|601) s/.test(listening.output()), 'the warning')
    },
  )

  it('pays each of the orders whose notifications the wallet merges into one', async () => {
    start(await prepare())
    const [one, two] = [await order(), await order()]
    const at = Date.now()
    await bar.show(wechatNote(`微信支付收款${one.price}元(朋友到店)`, at, 'wallet'))
    await delivered(one.id)
    await bar.show(wechatNote(`[4条]微信支付: 微信支付收款${two.price}元(朋友到店)`, at + 1_000, 'wallet'))
    await delivered(two.id)
    expect((await payments()).length).toBe(2)
  })

  it('takes the report of the shell program in the document', async () => {
    const { id, price } = await order('alipay')
    const document = readFileSync('docs/listener.md', 'utf8')
    const program = /^```sh\n(address=[\s\S]*?)^```$/m.exec(document)?.[1] ?? ''
    const mine = program
      .replace(/^address=.*$/m, `address=${till.url}/addons/pay/`)
      .replace(/^secret=.*$/m, `secret='${secret}'`)
      .replace('price=0.99', `price=${price}`)
    const output = await new Promise<string>((resolve) =>
      execFile('sh', ['-c', mine], (error, stdout, stderr) => resolve(`${stdout}${error ? stderr : ''}`)),
    )
    expect(JSON.parse(output)).toEqual({ code: 1, msg: '收款处理成功!', data: '', url: '', wait: 3 })
    await delivered(id)
  })
})

function noncesIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => new URL(path, 'http://x').searchParams.get('nonce') ?? [])
}
