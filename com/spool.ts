import { createHash } from 'node:crypto'
import { appendFile, mkdir, open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { placeFile, replaceFile, syncFolder } from './durable-files.ts'

export interface Spool<T> {
  /** Resolves once the entry is on the disk. When it rejects, the entry is not in the spool. */
  append(entry: T): Promise<void>
  /**
   * Hands entries to `replay`, oldest first; stops at the first rejection. After a crash an entry may come again.
   *
   * @returns how many were replayed and removed, those appended meanwhile among them.
   */
  drain(replay: (entry: T) => Promise<void>): Promise<number>
  size(): number
  /** Finishes what was begun; nothing can be appended after it. */
  close(): Promise<void>
}

interface Waiting {
  line: string
  resolve: () => void
  reject: (cause: unknown) => void
}

/**
 * Opens a file of JSON lines, each with its checksum; makes it and its folder where they are missing. Lines that do
 * not hold, such as one cut short by a crash, are moved to `<path>.damaged`. One process per path.
 */
export async function openSpool<T>(path: string): Promise<Spool<T>> {
  await mkdir(dirname(path), { recursive: true })
  const lines = await recover(path)
  let file = await openForAppend(path)
  let length = (await file.stat()).size
  let waiting: Waiting[] = []
  let closed = false
  const inTurn = createTurns()
  const drains = createTurns()

  async function writeWaiting(): Promise<void> {
    const group = waiting
    waiting = []
    if (group.length > 0) await write(group)
  }

  /** Writes a group with one fsync; when there is no room for it, each entry by itself. */
  async function write(group: Waiting[]): Promise<void> {
    const bytes = Buffer.from(group.map(({ line }) => line).join(''))
    try {
      await writeAll(file, bytes, length)
      await file.sync()
    } catch (cause) {
      await file.truncate(length).catch(() => undefined) // the next append writes over what stays behind
      if (group.length === 1) group[0]?.reject(cause)
      else for (const one of group) await write([one])
      return
    }
    length += bytes.length
    for (const { line, resolve } of group) {
      lines.push(line)
      resolve()
    }
  }

  /** Takes replayed lines out of the file; on a full disk they stay, and come again after a restart. */
  async function compact(): Promise<void> {
    const content = lines.join('')
    if (content === '') {
      await file.truncate(0)
      length = 0
      await file.sync()
      return
    }
    const old = file
    file = await placeFile(path, content)
    length = Buffer.byteLength(content)
    await old.close()
    await syncFolder(dirname(path))
  }

  async function drainOnce(replay: (entry: T) => Promise<void>): Promise<number> {
    let removed = 0
    for (let line = lines[0]; line !== undefined; line = lines[0]) {
      try {
        await replay(JSON.parse(line.slice(CHECKSUM_LENGTH + 1)) as T)
      } catch {
        break
      }
      lines.shift()
      removed += 1
    }
    if (removed > 0) await inTurn(compact).catch(() => undefined)
    return removed
  }

  return {
    append(entry) {
      if (closed) return Promise.reject(new Error('The spool is closed.'))
      const written = new Promise<void>((resolve, reject) => {
        waiting.push({ line: toLine(JSON.stringify(entry)), resolve, reject })
      })
      void inTurn(writeWaiting)
      return written
    },
    drain: (replay) => drains(() => drainOnce(replay)),
    size: () => lines.length,
    async close() {
      closed = true
      await drains(async () => undefined)
      await inTurn(() => file.close())
    },
  }
}

/** @returns what a spool holds, oldest first, without touching it: its process may still be at work. */
export async function readSpool<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8')
  const whole = text.split('\n').filter(isWhole)
  return whole.map((line) => JSON.parse(line.slice(CHECKSUM_LENGTH + 1)) as T)
}

const CHECKSUM_LENGTH = 16

function toLine(json: string): string {
  return `${checksum(json)} ${json}\n`
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, CHECKSUM_LENGTH)
}

function isWhole(line: string): boolean {
  return line.length > CHECKSUM_LENGTH && `${line}\n` === toLine(line.slice(CHECKSUM_LENGTH + 1))
}

/** @returns the whole lines, each with its line end; anything else is moved aside. */
async function recover(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  const found = text.split('\n').filter((line) => line !== '')
  const whole = found.filter(isWhole).map((line) => `${line}\n`)
  const damaged = found.filter((line) => !isWhole(line))
  if (damaged.length > 0) await appendFile(`${path}.damaged`, `${damaged.join('\n')}\n`, { mode: 0o600 })
  if (whole.join('') !== text) await replaceFile(path, whole.join(''))
  return whole
}

async function openForAppend(path: string): Promise<FileHandle> {
  const file = await open(path, 'r+').catch(() => open(path, 'w+', 0o600))
  await syncFolder(dirname(path))
  return file
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** @returns a function that runs one piece of work after another, whatever became of the one before. */
function createTurns(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}
