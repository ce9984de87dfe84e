/** The shop's HTTP side on a real server, with pages of its own and the request that a browser would not make. */
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type Koa from 'koa'
import { createApp, type ApiContext } from '../../api/index.ts'
import { createQrReader } from '../../com/qr-reader.ts'
import { openSpool } from '../../com/spool.ts'
import type { Notice } from '../../core/payments.ts'
import { newFolder } from './engines.ts'
import type { TestShop } from './shop.ts'

export interface TestApp {
  /** No slash at the end. */
  readonly url: string
  readonly app: Koa
  readonly api: ApiContext
  close(): Promise<void>
}

export async function serveShop(shop: TestShop, change: Partial<ApiContext> = {}): Promise<TestApp> {
  const folder = await newFolder()
  const pagesDir = join(folder, 'app')
  await writePages(folder, pagesDir)
  const api: ApiContext = {
    shop,
    spool: await openSpool<Notice>(join(folder, 'spool.jsonl')),
    pictures: createQrReader(),
    trustProxy: 0,
    mailToFiles: true,
    fixedListenerSecret: false,
    badSignLimit: { limit: 20, windowMs: 300_000 },
    callbackAllow: [],
    call: () => Promise.reject(new Error('no site is called here')),
    pagesDir,
    ...change,
  }
  const { app, streams } = createApp(api)
  const server = createServer({ maxHeaderSize: 8 * 1024 }, app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    app,
    api,
    async close() {
      streams.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([api.spool.close(), api.pictures.close()])
    },
  }
}

async function writePages(folder: string, pagesDir: string): Promise<void> {
  await mkdir(join(pagesDir, 'assets'), { recursive: true })
  const page = '<!doctype html><title>x</title><noscript>x</noscript><div id="app"></div>'
  await writeFile(join(pagesDir, 'index.html'), page)
  await writeFile(join(pagesDir, 'assets', 'main-abc123.js'), 'export {}\n'.repeat(500))
  await writeFile(join(pagesDir, 'assets', 'main-abc123.js.map'), '{"sources":["secret.ts"]}')
  await writeFile(join(folder, 'secret.txt'), 'the secret beside the pages')
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** The path goes out as it stands: nothing is normalised, as `fetch` would. */
export function sendRaw(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const { method = 'GET', body } = options
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const headers = { ...length, ...options.headers }
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
      })
    })
    sent.setTimeout(20_000, () => sent.destroy(new Error(`No answer to ${method} ${path}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}
