/** How the listener is doing, in a file that `status` reads. Nothing depends on it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Trouble } from './notifications.ts'
import type { Channel } from './rules.ts'

export interface Status {
  /** Version of the rules. */
  readonly rules: string
  /** Unix ms by the phone's clock, as all times here. */
  readonly startedAt: number
  /** The status bar was last read. */
  readonly lookedAt?: number
  readonly trouble?: { readonly kind: Trouble; readonly detail: string; readonly since: number }
  /** The till last answered a sign of life with code 1. */
  readonly beatAt?: number
  readonly reportedAt?: number
  readonly failure?: { readonly at: number; readonly text: string }
  /** Milliseconds that the till's clock is ahead of the phone's. */
  readonly offset?: number
  readonly reported: number
  /** Texts that look like money and whose amount was not reported. */
  readonly alerts: number
  /** Payments that the wallets' own counting says were not seen. */
  readonly missed: number
  readonly givenUp: number
  /** Of each wallet, its latest own count of a day. */
  readonly totals: Readonly<Partial<Record<Channel, DayTotal>>>
}

export interface DayTotal {
  /** `11-22` */
  readonly day: string
  readonly count: number
  readonly cents: number
}

export interface StatusBoard {
  readonly now: Status
  set(change: { readonly [Key in keyof Status]?: Status[Key] | undefined }): void
  /** Adds one, or as many as it is told. */
  count(what: 'reported' | 'alerts' | 'missed' | 'givenUp', by?: number): void
  close(): void
}

const WRITE_MS = 1_000

export function readStatus(path: string): Status | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Status
  } catch {
    return undefined
  }
}

/** Goes on counting from what the last run left. */
export function openStatus(path: string, rules: string, startedAt: number): StatusBoard {
  const before = readStatus(path)
  let now: Status = {
    reported: 0,
    alerts: 0,
    missed: 0,
    givenUp: 0,
    totals: {},
    ...before,
    rules,
    startedAt,
  }
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    timer = undefined
    try {
      writeFileSync(`${path}.new`, JSON.stringify(now), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    } catch {
      // on a full disk the status is old; what must be kept is in the journal
    }
  }

  const board: StatusBoard = {
    get now() {
      return now
    },
    set(change) {
      now = JSON.parse(JSON.stringify({ ...now, ...change })) as Status // an undefined key goes away
      timer ??= setTimeout(write, WRITE_MS)
    },
    count: (what, by = 1) => board.set({ [what]: now[what] + by }),
    close() {
      clearTimeout(timer)
      write()
    },
  }
  board.set({ trouble: undefined })
  return board
}
