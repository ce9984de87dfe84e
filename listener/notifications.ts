/** Reads what the phone's status bar shows, through Termux:API. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { Notification } from './recognise.ts'

export interface Shown extends Notification {
  /** The notification's own key: a wallet that updates a notification keeps it. */
  readonly key: string
  /** As Android formats it: local time, no zone, whole seconds. */
  readonly when: string
  /** The same for the same notification in the same state, on every look and after every start. */
  readonly id: string
}

/** Why the status bar could not be read; `texts.ts` says what to do about each. */
export type Trouble = 'missing' | 'silent' | 'empty' | 'garbled' | 'failed'

export class UnreadableError extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble, detail = '') {
    super(detail || trouble)
    this.trouble = trouble
  }
}

const PATIENCE_MS = 15_000
const MOST_BYTES = 4 * 1024 * 1024

/** @throws UnreadableError when the list cannot be had now; it may be later. */
export async function readShown(command: string, patienceMs = PATIENCE_MS): Promise<Shown[]> {
  return parseShown(await outputOf(command, patienceMs))
}

/**
 * Without notification access the command asks for it on the screen and then waits for ever. It is a script that
 * starts a program, so both are ended, by their group.
 */
function outputOf(command: string, patienceMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const parts: Buffer[] = []
    let bytes = 0
    let complaint = ''
    const timer = setTimeout(() => end(new UnreadableError('silent')), patienceMs)
    function end(error?: UnreadableError): void {
      clearTimeout(timer)
      if (!error) return resolve(Buffer.concat(parts).toString('utf8'))
      if (child.pid !== undefined && child.exitCode === null) endGroup(child.pid)
      reject(error)
    }
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part)
      bytes += part.length
      if (bytes > MOST_BYTES) end(new UnreadableError('garbled', `> ${MOST_BYTES}`))
    })
    child.stderr.on('data', (part: Buffer) => (complaint = (complaint + part.toString('utf8')).slice(-300)))
    child.once('error', (error: NodeJS.ErrnoException) =>
      end(new UnreadableError(error.code === 'ENOENT' ? 'missing' : 'failed', error.message)),
    )
    child.once('close', (code) =>
      end(code === 0 ? undefined : new UnreadableError('failed', complaint.trim() || `exit ${code}`)),
    )
  })
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended meanwhile
  }
}

/** Exported for its test. @throws UnreadableError for anything that is not the list. */
export function parseShown(output: string): Shown[] {
  if (output.trim() === '') throw new UnreadableError('empty')
  let list: unknown
  try {
    list = JSON.parse(output)
  } catch {
    throw new UnreadableError('garbled', output.trim().slice(0, 200))
  }
  if (!Array.isArray(list)) throw new UnreadableError('garbled', output.trim().slice(0, 200))
  return list.filter((one) => typeof one === 'object' && one !== null).map(toShown)
}

function toShown(entry: Record<string, unknown>): Shown {
  const lines = Array.isArray(entry.lines) ? entry.lines.filter((line) => typeof line === 'string') : []
  const shown = {
    app: textOf(entry.packageName),
    key: textOf(entry.key),
    title: textOf(entry.title),
    text: textOf(entry.content) || (lines.at(-1) ?? ''),
    when: textOf(entry.when),
  }
  return { ...shown, id: identify([shown.key, shown.when, shown.title, shown.text]) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/**
 * 128 bits: the nonce of the report is made of it, so that even the second report of a phone that forgot everything
 * pays nothing twice. The till recognises it, or keeps it without money where the clocks were compared anew.
 */
function identify(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
