/** The till as it runs at a seller's: the built program in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { newFolder } from './engines.ts'
import { freePort, track } from './servers.js'
import { until } from './until.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/app.js', import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that may or may not have come to listen. */
export interface TillProcess {
  readonly pid: number
  /** Everything it printed, both streams. */
  output(): string
  readonly exited: Promise<Exit>
  /** Sends a signal and waits for the end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>
  pause(): void
  resume(): void
}

export interface Till extends TillProcess {
  /** Without a slash at its end. */
  readonly url: string
  readonly dataDir: string
}

/** Starts the program with this environment and nothing of the test's own. */
export function launchTill(env: Record<string, string>, cwd: string): TillProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  track(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    end(signal) {
      child.kill('SIGCONT')
      child.kill(signal)
      return exited
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

/** Starts the program on a free port and a data folder of its own, and waits until it answers. */
export async function startTill(env: Record<string, string> = {}): Promise<Till> {
  const port = env.PORT ?? String(await freePort())
  const dataDir = env.DATA_DIR ?? (await newFolder())
  const till = launchTill({ HOST: '127.0.0.1', ...env, PORT: port, DATA_DIR: dataDir }, dataDir)
  const url = `http://127.0.0.1:${port}`
  let exit: Exit | undefined
  void till.exited.then((it) => (exit = it))
  await until(
    () => {
      if (exit) throw new Error(`The till ended (${exit.code ?? exit.signal}):\n${till.output()}`)
      return till.output().includes('/#/admin') && answers(url) // printed last, once all is in place
    },
    `the till at ${url}; it printed:\n${till.output()}`,
    30_000,
  )
  return { ...till, url, dataDir }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/api/shop`, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}
