/** One request to addresses that were checked, on a connection of its own. */
import type { LookupAddress } from 'node:dns'
import http from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Target } from './call-target.ts'

export interface Sent {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a failure means from here on. */
export type Stage = 'unreachable' | 'tls' | 'protocol'

const MAX_BODY_BYTES = 64 * 1024
const MAX_HEAD_BYTES = 16 * 1024
/** Answers before the answer, such as 103 Early Hints. */
const MAX_INTERIM = 10
/** Node tries one address after the other; its own quarter of a second is less than many far sites take. */
const NEXT_ADDRESS_MS = 2_000

/** Not for callers to set otherwise. */
const HEADERS = {
  accept: '*/*',
  'accept-encoding': 'identity',
  connection: 'close',
  'user-agent': 'qrtill',
} as const

/** @param reach is told each stage as it begins. */
export function exchange(
  { method, headers, body }: Sent,
  { url, host, port }: Target,
  addresses: LookupAddress[],
  signal: AbortSignal,
  reach: (stage: Stage) => void,
): Promise<Received> {
  const secure = url.protocol === 'https:'
  const options = {
    method,
    host,
    port,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, ...HEADERS },
    agent: false, // a connection of its own, kept by nobody, and through no proxy of the environment's
    lookup: handOver(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    rejectUnauthorized: true, // whatever the environment says
    signal,
  } as const
  return new Promise((resolve, reject) => {
    const request = secure ? https.request(options) : http.request(options)
    let interim = 0
    let answered = false
    request
      .on('socket', (socket: Socket) => {
        socket.once('connect', () => reach(secure ? 'tls' : 'protocol'))
        socket.once('secureConnect', () => reach('protocol'))
      })
      .on('information', () => {
        interim += 1
        if (interim > MAX_INTERIM) request.destroy(new Error('too many interim answers'))
      })
      .on('response', (answer) => {
        answered = true
        readAnswer(answer).then(resolve, reject)
      })
      .on('error', reject) // also in a body that has no end of its own, which Node takes for its end
      .on('close', () => {
        if (!answered) reject(new Error('no answer')) // Node says no more of an upgrade that nobody asked for
      })
      .end(body)
  })
}

/** The connection takes the addresses that were checked; the name is not looked up again. */
function handOver(addresses: LookupAddress[]) {
  return (_name: string, _options: unknown, done: (error: null, addresses: LookupAddress[]) => void): void =>
    done(null, addresses)
}

/** @throws Error when the connection ends before the body does. */
async function readAnswer(answer: IncomingMessage): Promise<Received> {
  const body = await readBody(answer)
  return { status: answer.statusCode ?? 0, headers: flatten(answer.headers), body }
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_BODY_BYTES) break // which drops the connection
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString()
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
