/** The listener as it runs on a seller's phone: the one built file, in a process of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newFolder } from './engines.ts'
import { track } from './servers.js'
import type { StatusBar } from './status-bar.ts'

const BUILT = fileURLToPath(new URL('../../public/app/qrtill-listener.mjs', import.meta.url))

export interface PhoneProgram {
  /** The user's home on the phone. */
  readonly home: string
  /** The one file, carried there. */
  readonly program: string
  /** Runs a command to its end. */
  obey(...words: string[]): Promise<{ code: number; output: string }>
  setUp(address: string, secret: string, bar: StatusBar): Promise<{ code: number; output: string }>
  /** Starts listening. */
  run(): Running
}

export interface Running {
  output(): string
  /** Sends a signal and waits for the end. @returns its exit code, when it had one. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** @param clockAheadMs how far the phone's clock is ahead of ours */
export async function carryToPhone(clockAheadMs = 0): Promise<PhoneProgram> {
  const home = await newFolder()
  const program = join(home, 'qrtill-listener.mjs')
  await copyFile(BUILT, program)
  const env = { PATH: process.env.PATH ?? '', HOME: home, LANG: 'en_US.UTF-8' }
  const shift = `const now = Date.now; Date.now = () => now() + ${clockAheadMs}`
  const clock = clockAheadMs === 0 ? [] : ['--import', `data:text/javascript,${encodeURIComponent(shift)}`]

  const obey = (...words: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, [...clock, program, ...words], { env, cwd: home }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      )
    })

  return {
    home,
    program,
    obey,
    setUp: (address, secret, bar) =>
      obey('setup', '--address', address, '--secret', secret, '--command', bar.command, '--poll', '0.1'),
    run() {
      const child = spawn(process.execPath, [...clock, program, 'run'], { env, cwd: home })
      track(child)
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      const ended = once(child, 'close').then(([code]) => code as number | null)
      return {
        output: () => output,
        end(signal) {
          child.kill(signal)
          return ended
        },
      }
    },
  }
}
