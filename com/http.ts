/** Calls to sites that merchants name. However a site is named, a call ends at a public address, and in time. */
import type { LookupAddress } from 'node:dns'
import { isPublicAddress } from './address-guard.ts'
import { readTarget } from './call-target.ts'
import type { Target } from './call-target.ts'
import { exchange } from './http-exchange.ts'
import type { Stage } from './http-exchange.ts'
import { lookUp } from './name-lookup.ts'

export { checkCallUrl } from './call-target.ts'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface OutgoingAnswer {
  readonly status: number
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Text of at most 64 KiB, the rest is not read. */
  readonly body: string
  readonly tookMs: number
}

export interface Caller {
  /** Any status is an answer, redirects too: they are not followed. @throws CallError */
  call(request: OutgoingRequest): Promise<OutgoingAnswer>
  /** Ends what is under way, and whatever comes after. */
  close(): void
}

export interface CallerOptions {
  /** `host:port` that may be called wherever they lead, written as by hostPort. */
  allow: readonly string[]
  /** For everything: name, connection, TLS, and the answer to its end. */
  timeoutMs?: number
  /** Where a name leads; as lookUp says unless given. */
  resolve?: (name: string) => Promise<LookupAddress[]>
  /** `address:port` of the name servers that are asked, other than the machine's. */
  nameServers?: readonly string[]
}

/**
 * - `forbidden`: what is called, or an address of its name, is not for merchants to call; nothing was connected.
 * - `unreachable`: no such name, or no connection.
 * - `tls`: connected, but not to whom the certificate should name.
 * - `protocol`: the answer is not HTTP, too long in its head, or broke off.
 * - `closed`: this program ends; what the site has heard nobody knows.
 */
export type CallFault = 'forbidden' | 'timeout' | 'closed' | Stage

/** Neither its message nor its cause holds the path or the query that was called. */
export class CallError extends Error {
  readonly kind: CallFault
  readonly tookMs: number
  /** As long as the address is written so, and the operator allows no more than now. */
  readonly forGood: boolean

  constructor(kind: CallFault, tookMs: number, cause: unknown) {
    super(`The call ended: ${kind} (${reasonOf(cause)})`, { cause })
    this.name = 'CallError'
    this.kind = kind
    this.tookMs = tookMs
    this.forGood = cause instanceof BadTarget
  }
}

class BadTarget extends Error {}

const TIMEOUT_MS = 10_000

/** A merchant's address comes with our parameters, whose texts are the merchant's too: servers read this much. */
const MAX_URL_LENGTH = 8_192

export function createCaller({ allow, timeoutMs = TIMEOUT_MS, resolve, nameServers }: CallerOptions): Caller {
  const underWay = new Set<AbortController>()
  let closed = false

  async function call(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const start = performance.now()
    const tookMs = () => Math.round(performance.now() - start)
    const end = new AbortController()
    const timer = setTimeout(() => end.abort('timeout'), timeoutMs)
    let stage: CallFault = closed ? 'closed' : 'forbidden'
    underWay.add(end)
    try {
      if (closed) throw new Error('no call is made any more')
      const target = getTarget(request.url, allow)
      stage = 'unreachable'
      const found = resolve ? resolve(target.host) : lookUp(target, end.signal, nameServers)
      const addresses = await unlessAborted(found, end.signal)
      stage = 'forbidden'
      if (!target.allowed) requirePublic(addresses)
      stage = 'unreachable'
      const answer = await exchange(request, target, addresses, end.signal, (next) => (stage = next))
      return { ...answer, tookMs: tookMs() }
    } catch (cause) {
      throw new CallError(end.signal.aborted ? (end.signal.reason as CallFault) : stage, tookMs(), cause)
    } finally {
      clearTimeout(timer)
      underWay.delete(end)
    }
  }

  return {
    call,
    close() {
      closed = true
      for (const end of underWay) end.abort('closed')
    },
  }
}

function getTarget(url: string, allow: readonly string[]): Target {
  const target = url.length > MAX_URL_LENGTH ? 'too_long' : readTarget(url, allow)
  if (typeof target === 'string') throw new BadTarget(target)
  return target
}

/** One inner address among public ones is reason enough: which of them is connected to is not ours to choose. */
function requirePublic(addresses: readonly LookupAddress[]): void {
  if (!addresses.every(({ address }) => isPublicAddress(address))) throw new Error('private')
}

/** A look-up by the machine's own resolver cannot be cancelled: it is left behind. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true })
    work.then(resolve, reject)
  })
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return code ?? message
}
