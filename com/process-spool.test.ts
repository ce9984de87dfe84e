import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openProcessSpool } from './process-spool.ts'
import { openSpool } from './spool.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qrtill-spool-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function leaveBehind(pid: number, ...entries: string[]): Promise<void> {
  const spool = await openSpool<string>(join(folder, `spool-${pid}.jsonl`))
  for (const entry of entries) await spool.append(entry)
  await spool.close()
}

async function drained(): Promise<string[]> {
  const spool = await openProcessSpool<string>(folder)
  const seen: string[] = []
  await spool.drain(async (entry) => void seen.push(entry))
  await spool.close()
  return seen
}

/** Of a process that has been and gone. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

it('takes over what a dead process left behind, and deletes its file', async () => {
  const pid = deadPid()
  await leaveBehind(pid, 'first', 'second')
  expect(await drained()).toEqual(['first', 'second'])
  expect(await readdir(folder)).toEqual([`spool-${process.pid}.jsonl`])
  expect(await drained()).toEqual([])
})

it('takes a copy of what a living process holds, and leaves it its file', async () => {
  await leaveBehind(process.ppid, 'theirs')
  expect(await drained()).toEqual(['theirs'])
  expect(await readdir(folder)).toContain(`spool-${process.ppid}.jsonl`)
})

it('finds its own entries again after a restart', async () => {
  await leaveBehind(process.pid, 'mine')
  expect(await drained()).toEqual(['mine'])
})
