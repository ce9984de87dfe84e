/** Asks the program itself, over HTTP like everyone else, on a port of this machine that is open for one request. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'

const TIMEOUT_MS = 10_000

export interface OwnRequest {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  /** Of a form; empty for none. */
  readonly body: string
}

export type OwnFront = (request: OwnRequest) => Promise<{ readonly status: number; readonly body: string }>

export function createOwnFront(app: Koa): OwnFront {
  return async function ask({ method, path, body }) {
    const answer = app.callback()
    const server = createServer((request, response) => void answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== '' && {
          body,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        }),
      })
      return { status: reply.status, body: await reply.text() }
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }
}
