import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FolderTaken, lockFolder } from './folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qrtill-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

const refusal = async () => {
  const error: unknown = await lockFolder(folder, 0).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(FolderTaken)
  return (error as FolderTaken).message
}

it('lets one have a folder, and tells any other who that is and what to do', async () => {
  const lock = await lockFolder(folder)
  await lock.tell(8081)
  const [zh, en] = (await refusal()).split('\n')
  expect(zh).toContain(`${folder} 正由另一个码上收使用（进程 ${process.pid}，端口 8081）`)
  expect(zh).toContain('请用 DATA_DIR 换一个文件夹，或先停掉它')
  expect(en).toContain(`(pid ${process.pid}, port 8081): name another folder in DATA_DIR`)
  lock.release()
})

it('names nobody before the one that has it listens, nor one that had it before', async () => {
  const before = await lockFolder(folder)
  await before.tell(8081)
  before.release()
  const lock = await lockFolder(folder)
  expect(await refusal()).not.toContain('8081')
  lock.release()
})

it('waits for one that is ending', async () => {
  const ending = await lockFolder(folder)
  setTimeout(() => ending.release(), 300)
  const lock = await lockFolder(folder, 5_000)
  lock.release()
})

it('leaves nothing but a lock that this user alone may touch', async () => {
  const lock = await lockFolder(folder)
  lock.release()
  expect(await readdir(folder)).toEqual(['running.lock'])
  const { mode, size } = await stat(join(folder, 'running.lock'))
  expect([mode & 0o777, size]).toEqual([0o600, 0])
})
