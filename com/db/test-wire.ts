/** Trouble on the way to the database server, for this folder's tests. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { MYSQL_SERVER } from './test-engines.ts'

/** A wire to the server that a test can freeze or cut. */
export interface Wire {
  port: number
  freeze(): void
  thaw(): void
  cut(): void
  close(): Promise<void>
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

export async function layWire(): Promise<Wire> {
  const { hostname, port } = new URL(MYSQL_SERVER)
  const ends = new Set<Socket>()
  let frozen = false
  const server = createServer((near) => {
    const far = connect(Number(port || 3306), hostname)
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => end.destroy())
      if (frozen) end.pause()
    }
    near.on('data', (data) => far.write(data)).on('close', () => far.destroy())
    far.on('data', (data) => near.write(data)).on('close', () => near.destroy())
  })
  const setFrozen = (value: boolean) => {
    frozen = value
    ends.forEach((end) => (value ? end.pause() : end.resume()))
  }
  const cut = () => {
    ends.forEach((end) => end.destroy())
    ends.clear()
  }
  return {
    port: await listen(server),
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    cut,
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
