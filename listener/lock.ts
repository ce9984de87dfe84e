/** One listener per folder. The lock is a socket, so it is gone when its process is, however that ended. */
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'

export interface Lock {
  release(): Promise<void>
}

/** @returns undefined while another process has it. */
export async function takeLock(path: string): Promise<Lock | undefined> {
  if (await isLocked(path)) return undefined
  await rm(path, { force: true })
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

export function isLocked(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
