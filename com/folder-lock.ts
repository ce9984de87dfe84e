/** One till per data folder, where the database is a file: a second one would serve the same orders unawares. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLocked } from './db/errors.ts'
import { holdFile } from './db/sqlite-engine.ts'
import { replaceFile } from './durable-files.ts'

/** A service manager may start the next one while the last is still ending. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 100

export interface FolderLock {
  /** Leaves word for whoever finds the folder taken. */
  tell(port: number): Promise<void>
  release(): void
}

interface Holder {
  readonly pid: number
  readonly port: number
}

/** Another till has the folder and does not go; the message says which, and what to do. */
export class FolderTaken extends Error {
  constructor(folder: string, holder: Holder | undefined) {
    const zh = holder ? `（进程 ${holder.pid}，端口 ${holder.port}）` : ''
    const en = holder ? ` (pid ${holder.pid}, port ${holder.port})` : ''
    super(
      [
        `数据文件夹 ${folder} 正由另一个码上收使用${zh}：请用 DATA_DIR 换一个文件夹，或先停掉它。`,
        `Another till is using the data folder ${folder}${en}: name another folder in DATA_DIR, or stop that one first.`,
      ].join('\n'),
    )
    this.name = 'FolderTaken'
  }
}

/** @throws FolderTaken when another process still has it after the patience. */
export async function lockFolder(folder: string, patienceMs = PATIENCE_MS): Promise<FolderLock> {
  const told = join(folder, 'running.json')
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      const release = await holdFile(join(folder, 'running.lock'))
      await rm(told, { force: true }) // of one that was killed: nobody is to be sent there
      return {
        tell: (port) => replaceFile(told, `${JSON.stringify({ pid: process.pid, port })}\n`),
        release,
      }
    } catch (error) {
      if (!isLocked(error)) throw error
      if (performance.now() >= giveUpAt) throw new FolderTaken(folder, await readHolder(told))
      await sleep(PAUSE_MS)
    }
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined // it has not come to listen yet
  }
}
