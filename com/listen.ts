/** Taking a port. */
import type { Server } from 'node:http'

const USUAL_PORT = 80
const SPARE_PORT = 8080

/**
 * Listens on the port that was configured; where none was, on 80, or on 8080 when 80 is taken or not permitted.
 *
 * @returns the port.
 */
export async function listen(
  server: Server,
  port: number | undefined,
  host: string | undefined,
): Promise<number> {
  if (port !== undefined) return listenOn(server, port, host)
  try {
    return await listenOn(server, USUAL_PORT, host)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    return listenOn(server, SPARE_PORT, host)
  }
}

function listenOn(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(port)
    })
  })
}
