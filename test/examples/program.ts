/** A small shop in a language of its own: the examples as they stand in the repository. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { programs, track } from '../support/servers.js'
import { until } from '../support/until.ts'

export type Protocol = 'api-edition' | 'v1' | 'epay'

export interface Language {
  readonly name: string
  /** The program's command line: `create <number> <price> <url>` or `serve <port>`. */
  command(protocol: Protocol, given: readonly string[]): { file: string; args: readonly string[] }
  readonly folder: string
  readonly protocols: readonly Protocol[]
}

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url))

const BOTH = ['api-edition', 'v1'] as const
const WITH_EPAY = [...BOTH, 'epay'] as const

const phpFile = (protocol: Protocol, [command, ...given]: readonly string[]) =>
  command === 'serve'
    ? ['-S', `127.0.0.1:${given[0]}`, `${protocol}.php`]
    : [`${protocol}.php`, ...(command === undefined ? [] : [command]), ...given]

/** Those that this machine has; `npm test` says which it has not. */
export const languages: readonly Language[] = [
  { name: 'Node', file: process.execPath, protocols: BOTH, args: (it: Protocol) => [`${it}.js`] },
  {
    name: 'Python',
    file: programs.python,
    protocols: WITH_EPAY,
    args: (it: Protocol) => [`${it.replace('-', '_')}.py`],
  },
  { name: 'PHP', file: programs.php, protocols: WITH_EPAY, args: undefined },
  { name: 'Go', file: programs.go, protocols: BOTH, args: (it: Protocol) => ['run', `./${it}`] },
  {
    name: 'Java',
    file: programs.java,
    protocols: BOTH,
    args: (it: Protocol) => [it === 'v1' ? 'V1.java' : 'ApiEdition.java'],
  },
].flatMap(({ name, file, protocols, args }) =>
  file === undefined
    ? []
    : [
        {
          name,
          protocols,
          folder: `${FOLDER}/${name.toLowerCase()}`,
          command: (protocol: Protocol, given: readonly string[]) => ({
            file,
            args: args ? [...args(protocol), ...given] : phpFile(protocol, given),
          }),
        },
      ],
)

export interface Program {
  /** All that it printed, and of it what is no error. */
  output(): string
  printed(): string
  readonly exited: Promise<unknown>
  /** What it ended with, once it has. */
  status(): number | null
  end(): Promise<void>
}

export function runExample(
  language: Language,
  protocol: Protocol,
  given: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const { file, args } = language.command(protocol, given)
  const { PATH = '', HOME = '' } = process.env
  const child: ChildProcess = spawn(file, args, {
    cwd: language.folder,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // `go run` starts the program as a child of its own: the whole group is ended
  })
  track(child)
  let output = ''
  let printed = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'close')
  return {
    output: () => output,
    printed: () => printed,
    exited,
    status: () => child.exitCode,
    async end() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await exited
    },
  }
}

/** Compiling takes its time where the language compiles. */
export async function untilPrinted(program: Program, text: string | RegExp): Promise<void> {
  await until(
    () => (typeof text === 'string' ? program.output().includes(text) : text.test(program.output())),
    `${String(text)}; it printed:\n${program.output()}`,
    60_000,
  )
}
