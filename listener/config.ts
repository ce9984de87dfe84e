/** What the set-up wrote: where the till is, the secret, and how to look at the status bar. */
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { LANGS, type Lang } from './texts.ts'

export interface Config {
  /** Ends with `/addons/pay/`. */
  readonly address: string
  readonly secret: string
  readonly lang: Lang
  /** Seconds between two looks at the status bar. */
  readonly pollSeconds: number
  /** Prints the status bar as termux-notification-list does. */
  readonly command: string
}

export const DEFAULTS = { pollSeconds: 2, command: 'termux-notification-list' } as const
export const SHORTEST_SECRET = 16

export interface Files {
  readonly folder: string
  readonly config: string
  readonly journal: string
  readonly status: string
  readonly rules: string
  readonly givenUp: string
  readonly log: string
  readonly lock: string
}

export function filesIn(folder: string): Files {
  const path = (name: string) => join(folder, name)
  return {
    folder,
    config: path('config.json'),
    journal: path('journal.jsonl'),
    status: path('status.json'),
    rules: path('rules.json'),
    givenUp: path('given-up.jsonl'),
    log: path('log.txt'),
    lock: path('run.sock'),
  }
}

/** @returns undefined when there is none, or none that this program wrote. */
export async function readConfig(path: string): Promise<Config | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  try {
    const { address, secret, lang, pollSeconds, command } = JSON.parse(text) as Partial<Config>
    if (typeof address !== 'string' || typeof secret !== 'string' || typeof command !== 'string')
      return undefined
    if (!LANGS.includes(lang as Lang) || !isPollSeconds(pollSeconds)) return undefined
    return { address, secret, lang: lang as Lang, pollSeconds, command }
  } catch {
    return undefined
  }
}

/** Readable by nobody else: whoever has the secret can forge payments. */
export async function writeConfig(files: Files, config: Config): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 })
  await chmod(files.folder, 0o700)
  const file = await open(`${files.config}.new`, 'w', 0o600)
  await file.writeFile(`${JSON.stringify(config, undefined, 2)}\n`)
  await file.sync()
  await file.close()
  await rename(`${files.config}.new`, files.config)
}

export function isPollSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0.1 && value <= 60
}

/**
 * Completes what people leave out: the protocol's name, the path, the slash at its end.
 *
 * @returns undefined for what cannot be an address.
 */
export function toApiAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const whole = /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`
  if (!URL.canParse(whole)) return undefined
  const url = new URL(whole)
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    return undefined
  const base = url.pathname.replace(/\/+$/, '').replace(/\/addons\/pay$/, '')
  return `${url.origin}${base}/addons/pay/`
}
