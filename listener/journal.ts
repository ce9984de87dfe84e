/**
 * What was seen and what is still to be reported: lines of JSON, appended. A notification counts as seen once its line
 * is on the disk, and the line carries the report, so nothing lies between seeing and keeping.
 */
import { open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Channel } from './rules.ts'

/** Money on its way to the till. */
export interface Entry {
  /** The notification's; the report's nonce too. */
  readonly id: string
  /** Empty for what looks like money and nobody could read: the till keeps it for the seller. */
  readonly price: string
  readonly type: Channel
  /** Unix ms by the phone's clock. */
  readonly when: number
  /**
   * The same by the till's clock; `null` until that is known. The report carries it, and a report that comes again must
   * not differ from the first, so it is kept here before it is sent.
   */
  readonly seen: number | null
}

type Line =
  | { readonly money: Entry }
  /** Dealt with, and not to be reported: told to the seller, or shown before the set-up. */
  | { readonly seen: string }
  | { readonly done: string }

export interface Journal {
  has(id: string): boolean
  /** Oldest first. */
  pending(): Entry[]
  /**
   * Keeps all of them with one fsync. When the disk refuses, they are known until the program ends: the status bar
   * still shows them then.
   *
   * @throws what the disk said.
   */
  keep(money: readonly Entry[], seen: readonly string[]): Promise<void>
  /** Sets the time of one that waits. @throws what the disk said. */
  date(id: string, seen: number): Promise<void>
  /** Not waited for by the disk: after a crash the report goes out again, and its nonce says that it is the same. */
  done(id: string): Promise<void>
  close(): Promise<void>
}

const KEPT_IDS = 2_000
const LINES_BEFORE_REWRITE = 6_000

/** @param path in a folder that exists. */
export async function openJournal(path: string): Promise<Journal> {
  const seen = new Set<string>()
  const waiting = new Map<string, Entry>()
  const lines = await readLines(path)
  lines.forEach(note)
  let length = 0
  /** A write that failed may have left half a line, which must not swallow the next one. */
  let torn = true
  let file: FileHandle
  try {
    file = await rewrite()
  } catch {
    file = await open(path, 'a', 0o600) // no room for a second copy: the old one goes on
  }
  let turn: Promise<unknown> = Promise.resolve()

  function note(line: Line): void {
    if ('seen' in line) seen.add(line.seen)
    if ('done' in line) waiting.delete(line.done)
    if (!('money' in line)) return
    seen.add(line.money.id)
    waiting.set(line.money.id, line.money)
  }

  /** Under another name first: a crash leaves the old journal or the new one. */
  async function rewrite(): Promise<FileHandle> {
    const kept = [...seen].filter((id) => !waiting.has(id)).slice(-KEPT_IDS)
    const fresh = await open(`${path}.new`, 'w', 0o600)
    try {
      await fresh.writeFile(
        [
          ...kept.map((id) => toText({ seen: id })),
          ...[...waiting.values()].map((entry) => toText({ money: entry })),
        ].join(''),
      )
      await fresh.sync()
      await rename(`${path}.new`, path)
    } catch (error) {
      await fresh.close()
      throw error
    }
    await syncFolder(dirname(path))
    seen.clear()
    for (const id of [...kept, ...waiting.keys()]) seen.add(id)
    length = seen.size
    torn = false
    return fresh
  }

  async function append(added: readonly Line[], sync: boolean): Promise<void> {
    const text = `${torn ? '\n' : ''}${added.map(toText).join('')}`
    torn = true
    await file.appendFile(text)
    if (sync) await file.datasync()
    torn = false
    length += added.length
  }

  async function shorten(): Promise<void> {
    if (length < LINES_BEFORE_REWRITE) return
    const old = file
    try {
      file = await rewrite()
    } catch {
      return // a long journal is as good as a short one
    }
    await old.close()
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    has: (id) => seen.has(id),
    pending: () => [...waiting.values()],
    keep(money, ids) {
      const added: Line[] = [
        ...money.map((entry): Line => ({ money: entry })),
        ...ids.map((id): Line => ({ seen: id })),
      ]
      if (added.length === 0) return Promise.resolve()
      return inTurn(async () => {
        try {
          await append(added, true)
        } finally {
          added.forEach(note)
        }
        await shorten()
      })
    },
    date: (id, seen) =>
      inTurn(async () => {
        const entry = waiting.get(id)
        if (!entry) return
        const dated = { ...entry, seen }
        waiting.set(id, dated)
        await append([{ money: dated }], true)
      }),
    done: (id) =>
      inTurn(async () => {
        waiting.delete(id)
        await append([{ done: id }], false)
        await shorten()
      }),
    close: () => inTurn(() => file.close()),
  }
}

/** What waits in a journal, without touching it: its process may be at work. */
export async function pendingIn(path: string): Promise<Entry[]> {
  const waiting = new Map<string, Entry>()
  for (const line of await readLines(path)) {
    if ('money' in line) waiting.set(line.money.id, line.money)
    if ('done' in line) waiting.delete(line.done)
  }
  return [...waiting.values()]
}

function toText(line: Line): string {
  return `${JSON.stringify(line)}\n`
}

/** A line that a crash cut short is left out: what it stood for is still in the status bar. */
async function readLines(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').flatMap((line) => {
    try {
      const read = JSON.parse(line) as Line | null
      return typeof read === 'object' && read !== null ? [read] : []
    } catch {
      return []
    }
  })
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().catch(() => undefined)
  await folder.close()
}
