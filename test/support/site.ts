/** Sites of merchants on ports of their own, well-behaved or not. Each ends with its test. */
import http from 'node:http'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Site {
  readonly port: number
  /** As CALLBACK_ALLOW names it. */
  readonly hostPort: string
  /** Connections so far, and those still open. */
  readonly connections: () => { all: number; open: number }
}

export function openSite(listener: RequestListener): Promise<Site> {
  return opened(http.createServer(listener))
}

export function openSecureSite(listener: RequestListener): Promise<Site> {
  return opened(https.createServer({ key: KEY, cert: CERTIFICATE }, listener))
}

/** Speaks HTTP as badly as the test likes. */
export function openRawSite(onConnection: (socket: Socket) => void): Promise<Site> {
  return opened(net.createServer(onConnection))
}

async function opened(server: net.Server): Promise<Site> {
  const sockets = new Set<Socket>()
  let all = 0
  server.on('connection', (socket) => {
    all += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { port, hostPort: `127.0.0.1:${port}`, connections: () => ({ all, open: sockets.size }) }
}

/** For shop.example and 127.0.0.1, signed by itself, good until 2120. Guards nothing but tests. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBcTCCARagAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxzaG9wLmV4
YW1wbGUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDHNob3AuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPGyHggs
OUwmxWUuxJ8sZWj2R0RbwtC9omhQxDFQMVcnnE2sxTsUpNpW3qgu16fSa1AIhuP8
trSfXXyj0wbtMhCjUTBPMB0GA1UdEQQWMBSCDHNob3AuZXhhbXBsZYcEfwAAATAP
BgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBS4WEEX5bFQtUZqWNO0py+vjEaTzTAK
BggqhkjOPQQDAgNJADBGAiEAj+/M5syVY2ys1SRy6knQFzmhCDmrZ3+cVtvqWrWP
WfMCIQDK/xcGeJshBRj00JZwi+oG1+NNMcZTeolK/pm3JTEkeQ==
-----END CERTIFICATE-----`

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglRH8ikg+bza+yuNM
FAeqpw9LSkeN5qqfHPWATdoZjgShRANCAATxsh4ILDlMJsVlLsSfLGVo9kdEW8LQ
vaJoUMQxUDFXJ5xNrMU7FKTaVt6oLten0mtQCIbj/La0n118o9MG7TIQ
-----END PRIVATE KEY-----`
