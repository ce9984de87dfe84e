/** One kept-alive connection that asks one thing at a time: cheap enough not to be what is measured. */
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly head: string
  /** One character per byte. */
  readonly body: string
}

export interface Line {
  /** @param request from `requestText`. */
  ask(request: string): Promise<Answer>
  close(): void
}

const HEAD_END = '\r\n\r\n'

export function requestText(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const named = Object.entries({ Host: 'bench', ...headers, ...(body && jsonHeaders(body)) })
  const lines = named.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

function jsonHeaders(body: string): Record<string, string> {
  return { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }
}

export async function openLine(url: string): Promise<Line> {
  const socket = await openSocket(url)
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  let text = ''

  socket.on('data', (part: string) => {
    text += part
    const answer = readAnswer(text)
    if (!answer) return
    text = ''
    const { resolve } = waiting ?? {}
    waiting = undefined
    resolve?.(answer)
  })
  socket.on('error', (error) => waiting?.reject(error))
  const closed = () => new Error('The server closed the connection')
  socket.on('close', () => waiting?.reject(closed()))

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(closed())
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

export function openLines(url: string, count: number): Promise<Line[]> {
  return Promise.all(Array.from({ length: count }, () => openLine(url)))
}

/** Text comes in with one character per byte. */
export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    socket.setEncoding('latin1')
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** @returns undefined until the whole of it is there. */
function readAnswer(text: string): Answer | undefined {
  const end = text.indexOf(HEAD_END)
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const status = Number(head.slice(9, 12))
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? []
  if (length === undefined && status !== 304) throw new Error(`An answer without a length:\n${head}`)
  const body = text.slice(end + HEAD_END.length)
  return body.length < Number(length ?? 0) ? undefined : { status, head, body }
}
