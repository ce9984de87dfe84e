/** A wire between the till and a server that a test can slow down, freeze or cut. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Proxy {
  readonly port: number
  /** Every piece waits so many milliseconds, in either direction. */
  delay(ms: number): void
  /** Connections stay open, new ones are taken, and nothing passes: as behind a router that lost its power. */
  freeze(): void
  thaw(): void
  /** Ends every connection; new ones pass. */
  cut(): void
  /** Ends every connection, and new ones at once, until `allow`. */
  refuse(): void
  allow(): void
  /** The next `count` requests with this text reach the server, whose answer is lost with the connection. */
  loseAnswers(text: string, count: number): void
  close(): Promise<void>
}

/** How long a server whose answer is lost has to do what it was told. */
const LAST_WORK_MS = 300

export async function startProxy(target: { port: number; host?: string }): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let delayMs = 0
  let frozen = false
  let refusing = false
  let losing = { text: '', left: 0 }

  const server = createServer((near) => {
    near.on('error', () => near.destroy())
    if (refusing) return void near.destroy()
    const far = connect(target.port, target.host ?? '127.0.0.1')
    far.on('error', () => far.destroy())
    const pair = [near, far] as const
    pairs.add(pair)
    const [toFar, toNear] = [carry(far, near), carry(near)]
    near.on('close', () => void toFar.idle().then(() => far.destroy()))
    far.on('close', () => pairs.delete(pair) && void toNear.idle().then(() => near.destroy()))
    if (frozen) pair.forEach((end) => end.pause())
    near.on('data', toFar.send)
    far.on('data', toNear.send)
  })

  /** In order, whatever the delay becomes meanwhile; who sent the last piece may have hung up by then. */
  function carry(to: Socket, asker?: Socket) {
    let last: Promise<unknown> = Promise.resolve()
    return {
      send(piece: Buffer): void {
        if (asker && losing.left > 0 && piece.includes(losing.text)) loseAnswer(asker, to)
        const due = delayMs > 0 ? sleep(delayMs) : undefined
        last = last.then(() => due).then(() => to.destroyed || to.write(piece))
      },
      idle: () => last,
    }
  }

  function loseAnswer(near: Socket, far: Socket): void {
    losing.left -= 1
    far.removeAllListeners('data').resume()
    near.removeAllListeners('close')
    setTimeout(() => near.destroy(), LAST_WORK_MS)
    setTimeout(() => far.destroy(), LAST_WORK_MS)
  }

  function setFrozen(value: boolean): void {
    frozen = value
    for (const pair of pairs) pair.forEach((end) => (value ? end.pause() : end.resume()))
  }

  function cut(): void {
    for (const pair of pairs) pair.forEach((end) => end.destroy())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => void (delayMs = ms),
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    cut,
    refuse() {
      refusing = true
      cut()
    },
    allow: () => void (refusing = false),
    loseAnswers: (text, count) => void (losing = { text, left: count }),
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** The same address by way of the proxy. */
export function through(proxy: Proxy, url: string): string {
  const changed = new URL(url)
  changed.host = `127.0.0.1:${proxy.port}`
  return changed.href
}
