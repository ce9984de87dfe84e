import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newFolder } from '../test/support/engines.ts'
import { openStatusBar, wechatNote, type StatusBar } from '../test/support/status-bar.ts'
import { until } from '../test/support/until.ts'
import { filesIn } from './config.ts'
import { openJournal, type Journal } from './journal.ts'
import { DEFAULT_RULES } from './rules.ts'
import { openStatus, type StatusBoard } from './status.ts'
import { textsIn } from './texts.ts'
import { startWatch, type Watch } from './watch.ts'

let bar: StatusBar
let journal: Journal
let status: StatusBoard
let said: string[]
beforeEach(async () => {
  const files = filesIn(await newFolder())
  bar = await openStatusBar()
  journal = await openJournal(files.journal)
  status = openStatus(files.status, 'x', Date.now())
  said = []
})
afterEach(async () => {
  vi.restoreAllMocks()
  await journal.close()
  status.close()
})

function start(kept: Journal = journal): Watch {
  return startWatch({
    command: bar.command,
    pollMs: 50,
    rules: DEFAULT_RULES,
    journal: kept,
    status,
    texts: textsIn('en'),
    say: (line) => void said.push(line),
    zone: () => 0,
    offset: () => undefined,
    onMoney: () => undefined,
  })
}

it('is awake for a minute after it could last read the status bar', async () => {
  const watch = start()
  expect(watch.isAwake()).toBe(false)
  await until(() => watch.isAwake(), 'the first look')
  await writeFile(bar.command, '#!/bin/sh\nexit 1\n')
  await until(() => said.length > 0, 'the complaint')
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 55_000)
  expect(watch.isAwake()).toBe(true)
  vi.spyOn(Date, 'now').mockReturnValue(now + 61_000)
  expect(watch.isAwake()).toBe(false)
  await watch.stop()
})

it('tells of money only once it is on the disk', async () => {
  let write: (() => void) | undefined
  const watch = start({
    ...journal,
    async keep(money, seen) {
      if (money.length > 0) await new Promise<void>((resolve) => (write = resolve))
      await journal.keep(money, seen)
    },
  })
  await bar.show(wechatNote('微信支付收款0.01元'))
  const slowDisk = await until(() => write, 'the write')
  expect(said).toEqual([])
  slowDisk()
  await until(() => said.length > 0, 'the news')
  expect(said).toEqual([expect.stringContaining('0.01 arrived')])
  await watch.stop()
})
