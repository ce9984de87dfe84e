/** What an attempt means: the callback arrived, comes again, comes again later than planned, or never. */
import { CallError } from '../com/http.ts'
import type { CallbackRow } from '../sql/schema.ts'
import type { Attempted } from './callback-attempts.ts'
import { HopelessJob, InterruptedJob, LaterJob } from './jobs.ts'

const GONE = 410

/** Answers of a site that has too much to do. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** A site may ask for no longer than this. */
const LONGEST_WAIT_MS = 24 * 3_600_000

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** @throws HopelessJob, LaterJob, InterruptedJob, or Error, when the callback did not arrive */
export function judge(
  { protocol }: Pick<CallbackRow, 'protocol'>,
  { delivered, answer, cause }: Attempted,
  now: number,
): void {
  if (delivered) return
  if (!answer) return judgeSilence(cause)
  const said = `answered ${answer.status}`
  if (answer.status === GONE && protocol === 'v1') throw new HopelessJob(said, { cause: GONE })
  if (BUSY.has(answer.status)) throw new LaterJob(said, waitOf(answer.headers?.['retry-after'], now))
  throw new Error(said)
}

/** The site said that nobody is there any more, and never will be. */
export function saysGone(failure: unknown): boolean {
  return failure instanceof HopelessJob && failure.cause === GONE
}

/** A name may lead elsewhere tomorrow; what is written as an inner address never will. */
function judgeSilence(error: unknown): never {
  if (!(error instanceof CallError)) throw error
  if (error.kind === 'closed') throw new InterruptedJob(error.message)
  throw error.forGood ? new HopelessJob(error.message) : error
}

/** @param text seconds, or a date; anything else asks for nothing. */
function waitOf(text: string | undefined, now: number): number {
  const asked = text?.trim() ?? ''
  if (/^\d{1,9}$/.test(asked)) return Math.min(Number(asked) * 1000, LONGEST_WAIT_MS)
  const until = HTTP_DATE.test(asked) ? Date.parse(asked) : now
  return Math.min(Math.max(0, until - now), LONGEST_WAIT_MS)
}
