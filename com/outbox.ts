import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from './durable-files.ts'

export interface Outbox {
  /** Keeps a letter as an .eml file. A letter with the same Message-ID takes the place of the first. */
  put(messageId: string, content: Buffer): Promise<void>
}

export function createOutbox(folder: string): Outbox {
  let last: Promise<void> = Promise.resolve()

  async function write(messageId: string, content: Buffer): Promise<void> {
    await mkdir(folder, { recursive: true })
    const ending = endingOf(messageId)
    const known = (await readdir(folder)).find((name) => name.endsWith(ending))
    await replaceFile(join(folder, known ?? timeOf(new Date()) + ending), content)
  }

  return {
    // one after another, so that two copies of one letter find each other
    put(messageId, content) {
      const written = last.then(() => write(messageId, content))
      last = written.catch(() => undefined)
      return written
    },
  }
}

/** Readable, safe as a file name, and different for different ids. */
function endingOf(messageId: string): string {
  const digest = createHash('sha256').update(messageId).digest('hex').slice(0, 12)
  return `-${messageId.replace(/[^\w.-]+/g, '_').slice(0, 80)}-${digest}.eml`
}

/** `20261122T183700Z` */
function timeOf(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '')
}
