import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newFolder } from '../test/support/engines.ts'
import { openJournal as openUnkept, pendingIn, type Entry, type Journal } from './journal.ts'

let path: string
const opened: Journal[] = []
const openJournal = async (at: string) => {
  const journal = await openUnkept(at)
  opened.push(journal)
  return journal
}
afterEach(() => Promise.all(opened.splice(0).map((journal) => journal.close())))
beforeEach(async () => {
  path = join(await newFolder(), 'journal.jsonl')
})

const entry = (id: string): Entry => ({ id, price: '0.01', type: 'wechat', when: 1_000, seen: null })
const idsOf = (entries: readonly Entry[]) => entries.map(({ id }) => id)

it('keeps what was seen and what is still to be reported through the end of the process, oldest first', async () => {
  const before = await openJournal(path)
  await before.keep([entry('a'), entry('b')], ['c'])
  await before.keep([entry('d')], [])
  await before.done('a')
  const after = await openJournal(path) // the first was never closed: its process was killed
  expect(idsOf(after.pending())).toEqual(['b', 'd'])
  expect(after.pending()[0]).toEqual(entry('b'))
  expect(['a', 'b', 'c', 'd', 'e'].map((id) => after.has(id))).toEqual([true, true, true, true, false])
  expect(idsOf(await pendingIn(path))).toEqual(['b', 'd'])
})

it('keeps the time that a report carries, once that is known', async () => {
  const journal = await openJournal(path)
  await journal.keep([entry('a'), entry('b')], [])
  await journal.date('a', 1_250)
  await journal.date('gone', 1)
  expect((await openJournal(path)).pending()).toEqual([{ ...entry('a'), seen: 1_250 }, entry('b')])
})

it('leaves out a line that a crash cut short, wherever it was cut', async () => {
  const journal = await openJournal(path)
  await journal.keep([entry('a')], [])
  await journal.close()
  const whole = await readFile(path, 'utf8')
  await (await openJournal(path)).keep([entry('b')], [])
  const both = await readFile(path)
  for (let length = Buffer.byteLength(whole); length < both.length; length += 1) {
    await writeFile(path, both.subarray(0, length))
    const cut = await openJournal(path)
    expect(cut.has('a')).toBe(true)
    await cut.keep([entry('c')], [])
    await cut.close()
    const ids = idsOf(await pendingIn(path))
    expect(ids.filter((id) => id !== 'b')).toEqual(['a', 'c'])
  }
})

it('knows for the rest of its run what the disk refused, and is whole again afterwards', async () => {
  const journal = await openJournal(path)
  const handle = await open(path)
  const prototype = Object.getPrototypeOf(handle) as typeof handle
  await handle.close()
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  const refused = vi.spyOn(prototype, 'appendFile').mockImplementationOnce(async function (
    this: typeof handle,
  ) {
    await this.write('{"money":{"id":"hal')
    throw full
  })
  await expect(journal.keep([entry('a')], [])).rejects.toThrow('ENOSPC')
  refused.mockRestore()
  expect([journal.has('a'), idsOf(journal.pending())]).toEqual([true, ['a']])
  await journal.keep([entry('b')], [])
  expect(idsOf(await pendingIn(path))).toEqual(['b'])
})

it('stays short: what is done is forgotten in time, what waits never is', async () => {
  const journal = await openJournal(path)
  await journal.keep([entry('waiting')], [])
  for (let round = 0; round < 80; round += 1) {
    const ids = Array.from({ length: 100 }, (_, at) => `${round}-${at}`)
    await journal.keep(ids.map(entry), [])
    await Promise.all(ids.map((id) => journal.done(id)))
  }
  const lines = (await readFile(path, 'utf8')).split('\n').length
  expect(lines).toBeLessThan(6_500)
  const again = await openJournal(path)
  expect(idsOf(again.pending())).toEqual(['waiting'])
  expect(again.has('79-99')).toBe(true)
  expect(again.has('0-0')).toBe(false)
})

it('is read by nobody else', async () => {
  await (await openJournal(path)).keep([entry('a')], [])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})
