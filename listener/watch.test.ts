import { writeFile } from 'node:fs/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { newFolder } from '../test/support/engines.ts'
import { openStatusBar } from '../test/support/status-bar.ts'
import { until } from '../test/support/until.ts'
import { filesIn } from './config.ts'
import { openJournal } from './journal.ts'
import { DEFAULT_RULES } from './rules.ts'
import { openStatus } from './status.ts'
import { textsIn } from './texts.ts'
import { startWatch } from './watch.ts'

afterEach(() => void vi.restoreAllMocks())

it('is awake for a minute after it could last read the status bar', async () => {
  const bar = await openStatusBar()
  const files = filesIn(await newFolder())
  const journal = await openJournal(files.journal)
  const status = openStatus(files.status, 'x', Date.now())
  const said: string[] = []
  const watch = startWatch({
    command: bar.command,
    pollMs: 50,
    rules: DEFAULT_RULES,
    journal,
    status,
    texts: textsIn('en'),
    say: (line) => void said.push(line),
    zone: () => 0,
    offset: () => undefined,
    onMoney: () => undefined,
  })
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
  await journal.close()
  status.close()
})
