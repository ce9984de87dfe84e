import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newFolder } from '../test/support/engines.ts'
import * as fake from '../test/support/fake-till.ts'
import { alipayNote, openStatusBar, wechatNote, type StatusBar } from '../test/support/status-bar.ts'
import { until } from '../test/support/until.ts'
import { filesIn, type Files } from './config.ts'
import { pendingIn } from './journal.ts'
import { startListening, type Listening } from './run.ts'
import { readStatus } from './status.ts'

const SECRET = 'the secret of the phone 01'
const PAUSE_MS = 400 // several looks at the status bar

let till: fake.FakeTill
let bar: StatusBar
let files: Files
let said: string[]
const running: Listening[] = []

beforeEach(async () => {
  till = await fake.openFakeTill(SECRET)
  bar = await openStatusBar()
  files = filesIn(await newFolder())
  said = []
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
  await till.close()
})

async function listen(): Promise<Listening> {
  const config = {
    address: till.address,
    secret: SECRET,
    lang: 'en',
    pollSeconds: 0.1,
    command: bar.command,
  } as const
  const listening = await startListening(config, files, (line) => said.push(line))
  if (!listening) throw new Error('another one is running')
  running.push(listening)
  return listening
}

const reportsOf = (price: string) => till.reports.filter((one) => one.price === price)
const arrived = (price: string) => until(() => reportsOf(price)[0], `the report of ${price}`)
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
const hasSaid = (part: string) => until(() => said.find((line) => line.includes(part)), `“${part}”`)

describe('money that arrives', () => {
  it('is reported once, with the time of its notification, however often it is looked at', async () => {
    await listen()
    const at = Date.now() - 7_000
    await bar.show(wechatNote('微信支付收款0.01元(朋友到店)', at), alipayNote('1,234.50', at))
    await arrived('0.01')
    await arrived('1234.50')
    await pause()
    expect(till.reports.length).toBe(2)
    const { type, t, seen, nonce } = reportsOf('0.01')[0]!
    expect(type).toBe('wechat')
    expect(reportsOf('1234.50')[0]!.type).toBe('alipay')
    expect(Math.abs(t - Date.now())).toBeLessThan(5_000)
    expect(Math.abs(seen - at)).toBeLessThan(2_500) // whole seconds on either side
    expect(nonce).toMatch(/^[\w-]{16,64}$/)
    await until(async () => (await pendingIn(files.journal)).length === 0, 'an empty queue')
  })

  it('is reported again for each state of a notification that the wallet updates in place', async () => {
    await listen()
    const at = Date.now()
    await bar.show(wechatNote('微信支付收款0.01元(朋友到店)', at, 'same'))
    await arrived('0.01')
    await bar.show(wechatNote('[2条]微信支付: 微信支付收款0.02元(朋友到店)', at + 1_000, 'same'))
    await arrived('0.02')
    await bar.show(wechatNote('[4条]微信支付: 微信支付收款0.01元(朋友到店)', at + 2_000, 'same'))
    await until(() => reportsOf('0.01').length === 2, 'the second one of the same amount')
    expect(new Set(till.reports.map(({ nonce }) => nonce)).size).toBe(3)
    await hasSaid('the notification stands for 4, and 1 of them were not seen')
    expect(said.filter((line) => line.includes('stands for')).length).toBe(1)
  })

  it('is not reported when it was there before the last run and is still shown', async () => {
    const first = await listen()
    const note = wechatNote('个人收款码到账¥0.05')
    await bar.show(note)
    await arrived('0.05')
    await until(async () => (await pendingIn(files.journal)).length === 0, 'an empty queue')
    running.length = 0
    await first.stop()
    await listen()
    await bar.show(note, alipayNote('0.06'))
    await arrived('0.06')
    expect(reportsOf('0.05').length).toBe(1)
  })

  it('is told in the same words by a phone that forgot everything', async () => {
    const first = await listen()
    const note = wechatNote('微信支付收款0.08元', Date.now())
    await bar.show(note)
    await arrived('0.08')
    running.length = 0
    await first.stop()
    files = filesIn(await newFolder())
    await pause()
    await listen()
    await until(() => reportsOf('0.08').length === 2, 'the second report')
    const [one, again] = reportsOf('0.08')
    expect([again!.nonce, again!.seen]).toEqual([one!.nonce, one!.seen])
  })

  it('that has no time of its own is dated to the last look before it, which can match no later buyer', async () => {
    await listen()
    await pause()
    const from = Date.now()
    await bar.show({ ...wechatNote('微信支付收款0.07元'), when: '1970-01-01 08:00:00' })
    const { seen } = await arrived('0.07')
    expect(seen - from).toBeGreaterThan(-2_500)
    expect(seen).toBeLessThanOrEqual(Date.now() + 1_000)
  })
})

describe('a till that cannot be reached', () => {
  it.each([
    ['behind the page of a network that wants a sign-in', fake.captivePortal],
    ['behind a broken proxy', fake.brokenProxy],
    ['behind a redirection', fake.elsewhere],
    ['behind a cut connection', fake.cutOff],
  ])('gets the report when it is back: %s', async (_, way) => {
    till.behave(way)
    await listen()
    await bar.show(wechatNote('微信支付收款0.01元'))
    await hasSaid('is not reported yet')
    await bar.show() // the seller wipes the status bar
    await pause()
    expect(till.reports.length).toBe(0)
    till.behave()
    await arrived('0.01')
    await until(async () => (await pendingIn(files.journal)).length === 0, 'an empty queue')
    expect(till.reports.length).toBe(1)
  })

  it('gets the very same report again when it took it without being heard, dated by its own clock', async () => {
    till.setClock(600_000)
    till.behave(fake.cutOff) // nobody knows yet that the phone's clock is off
    await listen()
    const at = Date.now()
    await bar.show(wechatNote('微信支付收款0.01元', at))
    await hasSaid('is not reported yet')
    till.behave((request, response, answer) => {
      if (request.url?.includes('/notify')) fake.mute(request, response, answer)
      else answer()
    })
    await arrived('0.01')
    till.behave()
    await until(() => reportsOf('0.01').length === 2, 'the second attempt')
    const [first, second] = reportsOf('0.01')
    expect([second!.nonce, second!.seen]).toEqual([first!.nonce, first!.seen])
    expect(Math.abs(first!.seen - at - 600_000)).toBeLessThan(2_500)
    expect(second!.t).toBeGreaterThan(first!.t)
  })

  it('gets what waited through a restart, oldest first, and nothing twice', async () => {
    till.behave(fake.cutOff)
    const first = await listen()
    await bar.show(wechatNote('微信支付收款0.01元'), wechatNote('微信支付收款0.02元'))
    await until(async () => (await pendingIn(files.journal)).length === 2, 'both in the queue')
    running.length = 0
    await first.stop()
    await bar.show()
    till.behave()
    await listen()
    await arrived('0.02')
    expect(till.reports.map(({ price }) => price)).toEqual(['0.01', '0.02'])
  })

  it('does not count as having it when it refuses: a wrong secret can be set right', async () => {
    till.behave((_, response) => {
      response.setHeader('Date', new Date().toUTCString())
      response.end(JSON.stringify({ code: 0, msg: '密匙不正确!', data: '', url: '', wait: 3 }))
    })
    await listen()
    await bar.show(wechatNote('微信支付收款0.01元'))
    await hasSaid('密匙不正确!')
    till.behave()
    await arrived('0.01')
  })

  it('has it when it says that it has kept what it could not use', async () => {
    till.behave((request, response, answer) => {
      if (request.url?.includes('/heartbeat')) return answer()
      response.end(
        JSON.stringify({ code: 0, msg: '金额或类型无法识别，已留存待核对', data: '', url: '', wait: 3 }),
      )
    })
    await listen()
    await bar.show(wechatNote('微信支付收款0.01元'))
    await hasSaid('已留存待核对')
    expect(await pendingIn(files.journal)).toEqual([])
  })
})

describe('signs of life', () => {
  it('are given while money would be seen, and not while the status bar cannot be read', async () => {
    await writeFile(bar.command, '#!/bin/sh\nexit 0\n') // no access: nothing is printed
    await listen()
    await hasSaid('hands no notifications')
    await hasSaid('no sign of life')
    await pause()
    expect(till.beats.length).toBe(0)
    await until(() => readStatus(files.status)?.trouble?.kind === 'empty', 'the trouble in the status')
  })

  it('say when the phone’s clock is off', async () => {
    till.setClock(600_000)
    await listen()
    await hasSaid('clock is 600 s behind')
    await bar.show(wechatNote('微信支付收款0.01元'))
    const { t, seen } = await arrived('0.01')
    for (const time of [t, seen]) expect(Math.abs(time - Date.now() - 600_000)).toBeLessThan(5_000)
  })
})

describe('what only a person can judge', () => {
  it('is said once and not reported', async () => {
    await listen()
    const transfer = { ...alipayNote('x'), title: '李四', content: '李四已成功向你转了1笔钱' }
    await bar.show(transfer)
    await hasSaid('李四已成功向你转了1笔钱')
    await pause()
    await bar.show()
    await pause()
    await bar.show(transfer)
    await pause()
    expect(till.reports.length).toBe(0)
    expect(said.filter((line) => line.includes('转了1笔钱')).length).toBe(1)
    await until(() => readStatus(files.status)?.alerts === 1, 'the count')
  })

  it('is reported without an amount where it looks like money, until the till has it', async () => {
    await listen()
    const doubt = wechatNote('收款到账通知 收款￥1.00 点击查看账单')
    const twofold = { ...alipayNote('x'), title: '收款通知', content: '成功收款100.00元转给你0.01元' }
    await bar.show(doubt, twofold)
    await until(() => reportsOf('').length === 2, 'both reports')
    expect(
      reportsOf('')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['alipay', 'wechat'])
    expect(new Set(reportsOf('').map(({ nonce }) => nonce)).size).toBe(2)
    await hasSaid('it may be money, and the till is told so')
    await hasSaid('it has more than one amount, and the till is told of it')
    await until(async () => (await pendingIn(files.journal)).length === 0, 'an empty queue')
    await pause()
    expect(till.reports.length).toBe(2)
    await until(() => readStatus(files.status)?.alerts === 2, 'the count')
    expect(readStatus(files.status)?.reported).toBe(0)
  })

  it('is money that the wallet counts and the status bar never showed', async () => {
    await listen()
    const card = (amount: string, nth: number, total: string) =>
      wechatNote(`收款金额￥${amount}\n汇总今日第${nth}笔收款，共计￥${total}\n备注`)
    await bar.show(card('0.02', 2, '0.03'))
    await arrived('0.02')
    await bar.show(card('0.05', 5, '1.10'))
    await arrived('0.05')
    await hasSaid('2 payments were not seen, ¥1.02 altogether')
  })

  it('is a status bar that is nearly full', async () => {
    await listen()
    await bar.show(...Array.from({ length: 40 }, (_, at) => wechatNote('hello', Date.now() - at * 1_000)))
    await hasSaid('com.tencent.mm shows 40 notifications')
  })
})

it('ends when its journal cannot be opened', async () => {
  await mkdir(files.journal, { recursive: true })
  const started = vi.spyOn(globalThis, 'setInterval')
  await expect(listen()).rejects.toThrow()
  expect(started).not.toHaveBeenCalled()
  started.mockRestore()
})

it('runs once per folder', async () => {
  await listen()
  await expect(listen()).rejects.toThrow('another one is running')
})

it('goes on with its own rules when the seller’s file has a mistake, and uses it when it has none', async () => {
  await writeFile(files.rules, '{"version":"mine","rules":[{"name":"x"}]}')
  const first = await listen()
  await hasSaid('cannot be used (“x”: "app"?)')
  running.length = 0
  await first.stop()
  const rule = {
    name: '新的',
    app: 'com.tencent.mm',
    channel: 'wechat',
    kind: 'money',
    titles: ['微信支付'],
    texts: ['进账{amount}块'],
  }
  await writeFile(files.rules, JSON.stringify({ version: 'mine', rules: [rule] }))
  await listen()
  await bar.show(wechatNote('进账3.00块'), wechatNote('微信支付收款0.01元'))
  await arrived('3.00')
  await arrived('0.01')
  await until(() => readStatus(files.status)?.rules.endsWith('+mine'), 'the version of the rules')
})

it('writes the secret nowhere', async () => {
  await listen()
  await bar.show(wechatNote('微信支付收款0.01元'))
  await arrived('0.01')
  await until(() => readStatus(files.status)?.reported === 1, 'the status')
  const written = await Promise.all([files.journal, files.status].map((path) => readFile(path, 'utf8')))
  expect([...written, ...said].join('\n')).not.toContain(SECRET)
})
