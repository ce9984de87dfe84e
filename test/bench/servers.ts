/** The servers that are measured, each in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/servers.js'

export interface Server {
  /** Without a slash at its end. */
  readonly url: string
  /** Megabytes of resident memory; NaN where the system does not tell. */
  memory(): number
  stop(): Promise<void>
}

/** Where this program and the servers were built to. */
const BUILT = dirname(process.argv[1] ?? '')
const START_MS = 30_000

/** The till as `npm start` runs it. */
export async function startTill(folder: string, env: Record<string, string>): Promise<Server> {
  const port = await freePort()
  const dataDir = await mkdtemp(join(folder, 'data-'))
  const server = await start(['app.js'], port, '/healthz', {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...env,
  })
  return {
    ...server,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** About what a pending order is answered with. */
const CONSTANT = JSON.stringify({ text: 'x'.repeat(800) })

export async function startBaseline(): Promise<Server> {
  const port = await freePort()
  return start(['baseline.js', String(port), CONSTANT], port, '/api/orders/any', {})
}

async function start(
  words: readonly [string, ...string[]],
  port: number,
  path: string,
  env: Record<string, string>,
): Promise<Server> {
  const { PATH = '', HOME = '' } = process.env
  const [program, ...rest] = words
  const child = spawn(process.execPath, [join(BUILT, program), ...rest], {
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const url = `http://127.0.0.1:${port}`
  const giveUpAt = performance.now() + START_MS
  while (!(await answers(url + path))) {
    if (child.exitCode !== null || performance.now() > giveUpAt) throw new Error(`${program} does not start`)
    await sleep(50)
  }
  return {
    url,
    memory: () => residentMegabytes(child.pid ?? 0),
    async stop() {
      process.off('exit', end)
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}

function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    return Number.NaN
  }
}
