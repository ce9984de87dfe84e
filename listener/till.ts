/** Speaks to the till, and learns from its answers how far the phone's clock is off. */
import { heartbeatQuery, reportQuery, type Report } from './sign.ts'

export type Answer =
  | { readonly kind: 'till'; readonly code: number; readonly msg: string }
  /** No answer, or one that is not the till's: a proxy's error, the page of a network that wants a sign-in. */
  | { readonly kind: 'unreachable'; readonly detail: string }

export interface Till {
  /** Compares the clocks first unless that was done a moment ago: a wrong one costs the match. */
  report(report: Omit<Report, 't'>): Promise<Answer>
  beat(): Promise<Answer>
  /** Beats when the clocks were not compared a moment ago. @returns only when that failed. */
  compareClocks(): Promise<(Answer & { kind: 'unreachable' }) | undefined>
  /** Milliseconds that the till's clock is ahead of the phone's; undefined when that is not known for now. */
  offset(): number | undefined
}

export interface Clock {
  /** Unix ms by the phone's clock, which may be wrong and be set right at any time. */
  now(): number
  /** Milliseconds since any moment, never set. */
  elapsed(): number
}

const ANSWER_MS = 15_000
const MOST_BYTES = 64 * 1024
const COMPARED_MS = 60_000
const JUMP_MS = 2_000

/** Half of what the till bears. */
const FAR_MS = 60_000

/** The console shows it beside the device. */
export function appName(rulesVersion: string): string {
  return `qrtill-listener rules/${rulesVersion}`
}

const PHONE: Clock = { now: () => Date.now(), elapsed: () => performance.now() }

/** @param address ends with `/addons/pay/` @param app what the listener calls itself */
export function connectTill(address: string, secret: string, app: string, clock: Clock = PHONE): Till {
  let compared: { offset: number; at: number; elapsed: number } | undefined

  async function ask(path: string, query: URLSearchParams): Promise<Answer> {
    const asked = clock.now()
    try {
      const response = await fetch(`${address}api/${path}?${query}`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: { Accept: 'application/json', 'User-Agent': app },
      })
      const text = await readText(response)
      const answer = parseAnswer(response.status, text)
      if (answer.kind === 'till') compare(response.headers.get('date'), asked, clock.now())
      return answer
    } catch (error) {
      return { kind: 'unreachable', detail: detailOf(error) }
    }
  }

  /** The header has whole seconds, cut off. A difference that could be none is none: most phones' clocks are right. */
  function compare(date: string | null, asked: number, answered: number): void {
    const difference = Date.parse(date ?? '') + 500 - (asked + answered) / 2
    if (Number.isNaN(difference)) return
    const doubt = 500 + (answered - asked) / 2
    const offset = Math.abs(difference) <= doubt ? 0 : Math.round(difference)
    compared = { offset, at: answered, elapsed: clock.elapsed() }
  }

  function offset(): number | undefined {
    if (!compared) return undefined
    const age = clock.now() - compared.at
    const wasSet = Math.abs(age - (clock.elapsed() - compared.elapsed)) > JUMP_MS
    return wasSet || age > COMPARED_MS ? undefined : compared.offset
  }

  const time = () => clock.now() + (offset() ?? 0)

  /** A clock that is far off is found out by the first answer, and corrected in the second question. */
  async function beat(): Promise<Answer> {
    const known = offset() !== undefined
    const askNow = () => ask('heartbeat', heartbeatQuery(time(), secret))
    const answer = await askNow()
    const corrected = !known && Math.abs(offset() ?? 0) > FAR_MS
    return answer.kind === 'till' && corrected ? askNow() : answer
  }

  async function compareClocks() {
    if (offset() !== undefined) return undefined
    const answer = await beat()
    return answer.kind === 'unreachable' ? answer : undefined
  }

  return {
    beat,
    compareClocks,
    offset,
    report: async (report) =>
      (await compareClocks()) ?? ask('notify', reportQuery({ ...report, t: time() }, secret)),
  }
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array)
    bytes += (part as Uint8Array).length
    if (bytes > MOST_BYTES) throw new Error(`> ${MOST_BYTES} B`)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Only the protocol's five keys with status 200 are the till's: everything else is somebody in between. */
function parseAnswer(status: number, text: string): Answer {
  const { code, msg, data, url, wait } = readObject(text)
  const isTill = [data, url, wait].every((it) => it !== undefined) && typeof msg === 'string'
  if (status === 200 && isTill && (code === 0 || code === 1)) return { kind: 'till', code, msg }
  return { kind: 'unreachable', detail: `HTTP ${status}: ${text.replace(/\s+/g, ' ').trim().slice(0, 80)}` }
}

function readObject(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}

function detailOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message ? cause.message : message
}
