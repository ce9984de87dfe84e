/** The spool of this very process, which also takes over what processes before it left behind. */
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { openSpool, readSpool, type Spool } from './spool.ts'

const NAME = /^spool-(\d+)\.jsonl$/

/**
 * Entries of other processes are copied, and their files deleted once the process is gone. An entry may so be
 * replayed more than once; replaying is idempotent, and nothing stays behind in a file that nobody reads.
 */
export async function openProcessSpool<T>(folder: string): Promise<Spool<T>> {
  const own = `spool-${process.pid}.jsonl`
  const spool = await openSpool<T>(join(folder, own))
  for (const name of await readdir(folder)) {
    const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(pid) || name === own) continue
    const entries = await readSpool<T>(join(folder, name))
    await Promise.all(entries.map((entry) => spool.append(entry)))
    if (!isAlive(pid)) await unlink(join(folder, name)).catch(() => undefined) // another process took it too
  }
  return spool
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
