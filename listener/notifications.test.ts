import { spawnSync } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../test/support/engines.ts'
import { until } from '../test/support/until.ts'
import { parseShown, readShown, UnreadableError } from './notifications.ts'

/** As termux-notification-list prints it. */
const ENTRY = {
  id: 40,
  tag: '',
  key: '0|com.tencent.mm|40|null|10155',
  group: '',
  packageName: 'com.tencent.mm',
  title: '微信支付',
  content: '微信支付收款0.01元(朋友到店)',
  when: '2026-11-22 11:59:58',
}

async function script(...lines: string[]): Promise<string> {
  const path = join(await newFolder(), 'list')
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'))
  await chmod(path, 0o700)
  return path
}

async function troubleOf(command: string, patienceMs?: number): Promise<string> {
  const error = await readShown(command, patienceMs).catch((it: unknown) => it)
  if (!(error instanceof UnreadableError)) throw new Error(`no trouble: ${String(error)}`)
  return error.trouble
}

describe('the status bar', () => {
  it('is read through the command', async () => {
    const command = await script(`cat <<'LIST'`, JSON.stringify([ENTRY]), 'LIST')
    expect(await readShown(command)).toEqual([
      {
        app: 'com.tencent.mm',
        key: ENTRY.key,
        title: ENTRY.title,
        text: ENTRY.content,
        when: ENTRY.when,
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
  })

  it('tells one notification in one state from every other, and knows it again', () => {
    const idOf = (change: Partial<typeof ENTRY>) =>
      parseShown(JSON.stringify([{ ...ENTRY, ...change }]))[0]!.id
    const same = idOf({})
    expect(idOf({})).toBe(same)
    expect(idOf({ group: 'another', id: 7 })).toBe(same)
    const others = [
      idOf({ key: '0|com.tencent.mm|41|null|10155' }),
      idOf({ when: '2026-11-22 11:59:59' }),
      idOf({ content: '[2条]微信支付: 微信支付收款0.01元(朋友到店)' }),
      idOf({ title: '微信收款助手' }),
    ]
    expect(new Set([same, ...others]).size).toBe(5)
  })

  it('shows the last line of a notification that has lines and no text', () => {
    const [shown] = parseShown(JSON.stringify([{ ...ENTRY, content: '', lines: ['one', 'two'] }]))
    expect(shown?.text).toBe('two')
  })

  it('does not mind what a list holds besides', () => {
    expect(parseShown('[null, 1, {}, {"title": 5}]').map(({ title }) => title)).toEqual(['', ''])
    expect(parseShown('[]')).toEqual([])
  })
})

describe('a status bar that cannot be read', () => {
  it('says that termux-api is missing', async () => {
    expect(await troubleOf('/nowhere/termux-notification-list')).toBe('missing')
  })

  it('says that the system gives nothing', async () => {
    expect(await troubleOf(await script('exit 0'))).toBe('empty')
  })

  it('says that what came is no list', async () => {
    expect(await troubleOf(await script('echo hello'))).toBe('garbled')
    expect(await troubleOf(await script(`echo '{"error":"x"}'`))).toBe('garbled')
    expect(await troubleOf(await script('yes 0123456789012345678901234567890123456789'))).toBe('garbled')
  })

  it('says that the command failed, and how', async () => {
    const error = (await readShown(await script('echo too many >&2', 'exit 3')).catch(
      (it: unknown) => it,
    )) as Error
    expect(error).toMatchObject({ trouble: 'failed', message: 'too many' })
  })

  it('ends a command that waits for ever, and the program that it started', async () => {
    const folder = await newFolder()
    const command = await script('sleep 600 &', `echo $! > ${folder}/pid`, 'wait')
    expect(await troubleOf(command, 500)).toBe('silent')
    const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim()
    await until(() => spawnSync('kill', ['-0', pid]).status !== 0, 'the end of the program')
  })
})
