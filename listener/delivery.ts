/** Brings what is in the journal to the till: oldest first, again and again until the till says that it has it. */
import { appendFile } from 'node:fs/promises'
import type { Entry, Journal } from './journal.ts'
import { backOff, startLoop } from './loop.ts'
import type { StatusBoard } from './status.ts'
import type { Texts } from './texts.ts'
import type { Answer, Till } from './till.ts'

export interface Delivery {
  /** Something new is in the journal. */
  wake(): void
  /** The till answers again: whatever waits goes out now. */
  retryNow(): void
  stop(): Promise<void>
}

interface Options {
  readonly till: Till
  readonly journal: Journal
  readonly status: StatusBoard
  readonly texts: Texts
  readonly say: (line: string) => void
  readonly givenUpPath: string
}

const FIRST_MS = 2_000
const LONGEST_MS = 300_000
const IDLE_MS = 3_600_000
const GIVE_UP_MS = 7 * 24 * 3_600_000

/** What the till says of money that it has kept although it could not use it; sending it again changes nothing. */
const KEPT = /已留存/

/** It has it, but could not match it by itself. */
const CLOCK = /时间不准/

export function startDelivery({ till, journal, status, texts, say, givenUpPath }: Options): Delivery {
  /** By the entry's id. */
  const tries = new Map<string, { count: number; nextAt: number }>()

  const loop = startLoop(async () => {
    for (const entry of journal.pending()) {
      if ((tries.get(entry.id)?.nextAt ?? 0) > Date.now()) continue
      const answer = await report(entry)
      if (hasIt(answer)) await settle(entry, answer)
      else await putOff(entry, answer)
      if (answer.kind === 'unreachable') {
        putOffTheRest(entry)
        break
      }
    }
    const next = journal.pending().map(({ id }) => tries.get(id)?.nextAt ?? 0)
    return Math.min(IDLE_MS, Math.max(100, Math.min(...next) - Date.now()))
  })

  async function report(entry: Entry): Promise<Answer> {
    const failed = entry.seen === null ? await till.compareClocks() : undefined
    if (failed) return failed
    const seen = entry.seen ?? entry.when + (till.offset() ?? 0)
    if (entry.seen === null) {
      await journal.date(entry.id, seen).catch((error: Error) => say(texts.diskFails(error.message)))
    }
    return till.report({ price: entry.price, type: entry.type, seen, nonce: entry.id })
  }

  async function settle(entry: Entry, answer: Answer & { kind: 'till' }): Promise<void> {
    tries.delete(entry.id)
    await journal.done(entry.id).catch((error: Error) => say(texts.diskFails(error.message)))
    if (entry.price !== '') status.count('reported')
    status.set({ reportedAt: Date.now(), failure: undefined })
    const text = CLOCK.test(answer.msg) ? texts.reportedLate : texts.reported
    say(text(itemOf(entry), answer.msg))
  }

  async function putOff(entry: Entry, answer: Answer): Promise<void> {
    const count = (tries.get(entry.id)?.count ?? 0) + 1
    tries.set(entry.id, { count, nextAt: Date.now() + backOff(count, FIRST_MS, LONGEST_MS) })
    const text = answer.kind === 'till' ? answer.msg : texts.unreachable(answer.detail)
    if (count === 1 || status.now.failure?.text !== text) say(texts.notReported(itemOf(entry), text))
    status.set({ failure: { at: Date.now(), text } })
    if (Date.now() - entry.when > GIVE_UP_MS) await giveUp(entry)
  }

  /** Nobody else would get through now; the oldest tries again first. */
  function putOffTheRest(entry: Entry): void {
    const nextAt = tries.get(entry.id)?.nextAt ?? 0
    for (const { id } of journal.pending()) {
      const mine = tries.get(id)
      if ((mine?.nextAt ?? 0) < nextAt) tries.set(id, { count: mine?.count ?? 0, nextAt })
    }
  }

  function itemOf({ type, price }: Entry): string {
    return texts.item(texts.channels[type], price)
  }

  async function giveUp(entry: Entry): Promise<void> {
    try {
      await appendFile(givenUpPath, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
      await journal.done(entry.id)
    } catch (error) {
      return say(texts.diskFails((error as Error).message))
    }
    tries.delete(entry.id)
    status.count('givenUp')
    say(texts.gaveUp(itemOf(entry), givenUpPath))
  }

  return {
    wake: loop.wake,
    retryNow() {
      for (const one of tries.values()) one.nextAt = 0
      loop.wake()
    },
    stop: loop.stop,
  }
}

function hasIt(answer: Answer): answer is Answer & { kind: 'till' } {
  return answer.kind === 'till' && (answer.code === 1 || KEPT.test(answer.msg))
}
