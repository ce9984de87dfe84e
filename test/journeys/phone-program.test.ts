import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as fake from '../support/fake-till.ts'
import { carryToPhone, type PhoneProgram, type Running } from '../support/phone-program.ts'
import { alipayNote, openStatusBar, wechatNote, type StatusBar } from '../support/status-bar.ts'
import { until } from '../support/until.ts'

const SECRET = 'the secret of the phone 01'

let till: fake.FakeTill
let bar: StatusBar
let phone: PhoneProgram
const running: Running[] = []
beforeEach(async () => {
  till = await fake.openFakeTill(SECRET)
  bar = await openStatusBar()
  phone = await carryToPhone()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')))
  await till.close()
})

function start(): Running {
  const one = phone.run()
  running.push(one)
  return one
}
const reported = (price: string) => until(() => till.reports.find((one) => one.price === price), price)

describe('set up on the phone', () => {
  it('asks the till, keeps the settings to itself, and leaves alone what is shown already', async () => {
    const old = wechatNote('微信支付收款0.09元')
    await bar.show(old)
    const { code, output } = await phone.setUp(till.address.slice(0, -1), ` ${SECRET} `, bar)
    expect([code, output]).toEqual([0, expect.stringContaining('The till answers: the secret key is right.')])
    expect(output).not.toContain(SECRET)
    const path = join(phone.home, '.qrtill-listener', 'config.json')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(phone.home, '.qrtill-listener'))).mode & 0o777).toBe(0o700)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ address: till.address, secret: SECRET })
    start()
    await bar.show(old, wechatNote('微信支付收款0.01元'))
    await reported('0.01')
    expect(till.reports.length).toBe(1)
  })

  it('takes a secret that begins with a dash', async () => {
    const secret = '--secret-of-the-phone'
    const other = await fake.openFakeTill(secret)
    const { code, output } = await phone.setUp(other.address, secret, bar)
    await other.close()
    expect([code, output]).toEqual([0, expect.stringContaining('is right')])
    expect((await phone.obey('setup', '--secret')).code).toBe(2)
  })

  it('says in words what is wrong, and saves nothing wrong', async () => {
    const wrong = await phone.setUp(till.address, 'another secret entirely', bar)
    expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining('密匙不正确!')])
    expect((await phone.setUp(till.address, 'short', bar)).output).toContain('at least 16 characters')
    expect((await phone.setUp('ftp://x', SECRET, bar)).output).toContain('This is no address')
    till.behave(fake.captivePortal)
    expect((await phone.setUp(till.address, SECRET, bar)).output).toContain('cannot be reached')
    expect((await phone.obey('setup')).output).toContain('--address')
    const run = await phone.obey('run')
    expect([run.code, run.output]).toEqual([78, expect.stringContaining('Not set up yet')])
  })

  it('tells what to do where Termux:API is missing', async () => {
    const { code, output } = await phone.setUp(till.address, SECRET, { ...bar, command: 'no-such-command' })
    expect([code, output]).toEqual([1, expect.stringContaining('pkg install termux-api')])
  })

  it('prepares starting with the phone, without what would start it again and again', async () => {
    await phone.setUp(till.address, SECRET, bar)
    const { output } = await phone.obey('setup', '--address', till.address, '--secret', SECRET, '--boot')
    const path = join(phone.home, '.termux/boot/qrtill-listener.sh')
    expect(output).toContain(path)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    const script = (await readFile(path, 'utf8')).replace(/^#!.*/, '#!/bin/sh')
    await writeFile(path, script)
    const first = start()
    await until(() => first.output().includes('Listening'), 'the first listener')
    const code = await new Promise((resolve) => execFile('sh', [path], (error) => resolve(error?.code ?? 0)))
    expect(code).toBe(0) // another one is running: the script ends by itself
    expect(await readFile(join(phone.home, '.qrtill-listener/log.txt'), 'utf8')).toContain(
      'is running already',
    )
  })
})

describe('killed in the middle', () => {
  beforeEach(() => phone.setUp(till.address, SECRET, bar))

  it('between keeping and sending: the report goes out after the start, once', async () => {
    till.behave(() => undefined) // takes the connection and says nothing
    const first = start()
    await bar.show(wechatNote('微信支付收款0.01元'))
    await until(() => first.output().includes('0.01 arrived'), 'the money')
    await first.end('SIGKILL')
    await bar.show() // gone from the status bar meanwhile
    till.behave()
    start()
    await reported('0.01')
    expect(till.reports.length).toBe(1)
  })

  it('between sending and noting it: the report goes out again as the same one', async () => {
    const taken: string[] = []
    till.behave((request, _, answer) => {
      if (!request.url?.includes('/notify')) return answer()
      taken.push(new URL(request.url, 'http://x').searchParams.get('nonce') ?? '')
    })
    const first = start()
    const note = wechatNote('微信支付收款0.01元')
    await bar.show(note)
    await until(() => taken[0], 'the report')
    await first.end('SIGKILL')
    till.behave()
    start()
    const { nonce } = await reported('0.01')
    expect(nonce).toBe(taken[0])
  })

  it('at any moment: everything is reported, and every repetition says that it is one', async () => {
    const at = Date.now()
    let one = start()
    const prices: string[] = []
    for (let round = 0; round < 12; round += 1) {
      const price = `${round + 1}.00`
      prices.push(price)
      await bar.show(...prices.slice(-5).map((it) => alipayNote(it, at, it)))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 500))
      await one.end('SIGKILL')
      one = start()
      await until(() => one.output().includes('Listening'), 'the start')
    }
    await Promise.all(prices.map(reported))
    await until(async () => (await phone.obey('status')).output.includes('waiting: 0'), 'an empty queue')
    for (const price of prices) {
      const nonces = till.reports.filter((it) => it.price === price).map(({ nonce }) => nonce)
      expect([price, new Set(nonces).size]).toEqual([price, 1])
    }
  })
})

describe('its commands', () => {
  beforeEach(() => phone.setUp(till.address, SECRET, bar))

  it('show how it is doing', async () => {
    const before = await phone.obey('status')
    expect([before.code, before.output]).toEqual([1, expect.stringContaining('not running')])
    const one = start()
    await bar.show(wechatNote('微信支付收款0.01元'))
    await reported('0.01')
    const after = await until(async () => {
      const status = await phone.obey('status')
      return status.code === 0 && status
    }, 'the status')
    expect(after.output).toMatch(/^running\n/)
    expect(after.output).toContain('1 reported')
    expect(after.output).not.toContain(SECRET)
    expect(await one.end('SIGTERM')).toBe(0)
  })

  it('show what the present notifications would give, and send nothing', async () => {
    const friend = { ...wechatNote('hello'), title: '张三' }
    const transfer = { ...wechatNote('[转账]请你确认收款'), title: '李四' }
    await bar.show(wechatNote('微信支付收款0.01元'), wechatNote('收款到账通知'), transfer, friend)
    const { code, output } = await phone.obey('test')
    expect(code).toBe(0)
    expect(output).toContain('would be reported: WeChat 0.01')
    expect(output).toContain('would be reported for you to look at, without an amount')
    expect(output).toContain('you would be told to look at it')
    expect(output).toContain('→ nothing')
    expect(till.reports.length).toBe(0)
  })

  it('print the rules as a file could have them', async () => {
    const { output } = await phone.obey('rules')
    expect(JSON.parse(output)).toMatchObject({ version: expect.any(String), rules: expect.any(Array) })
  })

  it('speak Chinese where the phone does', async () => {
    expect((await phone.obey('--lang', 'zh')).output).toContain('开始监听')
    expect((await phone.obey('--lang', 'en')).output).toContain('listens')
    expect((await phone.obey('dance')).code).toBe(2)
    expect((await phone.obey('--dance')).code).toBe(2)
  })
})
