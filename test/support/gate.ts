/** A network between the phone and the till: lets everything through, or does what networks do. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Way } from './fake-till.ts'

/** The till hears a report, and its answer is lost. */
export const answerIsLost: Way = (incoming, _, pass) => {
  pass()
  if (incoming.url?.includes('/notify')) incoming.socket.destroy()
}

export interface Gate {
  /** Without a slash at its end. */
  readonly url: string
  /** Paths with their queries that were let through. */
  readonly passed: readonly string[]
  /** @param way `undefined` lets everything through again */
  behave(way?: Way): void
  close(): Promise<void>
}

/** @param till its address now; it may change between two requests */
export async function openGate(till: () => string): Promise<Gate> {
  const passed: string[] = []
  let way: Way | undefined
  const server = createServer((incoming, outgoing) => {
    const pass = () => {
      const asked = request(
        `${till()}${incoming.url}`,
        { headers: incoming.headers, agent: false },
        (answer) => {
          passed.push(incoming.url ?? '')
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(outgoing)
        },
      )
      asked.on('error', () => incoming.socket.destroy())
      asked.end()
    }
    if (way) way(incoming, outgoing, pass)
    else pass()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    behave: (next) => (way = next),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
