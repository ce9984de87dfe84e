/** A small shop in a language of its own: the examples as they stand in the repository. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { programs, track } from '../support/servers.js'
import { until } from '../support/until.ts'

export type Protocol = 'api-edition' | 'v1'

export interface Language {
  readonly name: string
  /** The program's command line: `create <number> <price> <url>` or `serve <port>`. */
  command(protocol: Protocol, given: readonly string[]): { file: string; args: readonly string[] }
  readonly folder: string
}

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url))

const phpFile = (protocol: Protocol, [command, ...given]: readonly string[]) =>
  command === 'serve'
    ? ['-S', `127.0.0.1:${given[0]}`, `${protocol}.php`]
    : [`${protocol}.php`, command ?? '', ...given]

/** Those that this machine has; `npm test` says which it has not. */
export const languages: readonly Language[] = [
  { name: 'Node', file: process.execPath, args: (it: Protocol) => [`${it}.js`] },
  { name: 'Python', file: programs.python, args: (it: Protocol) => [`${it.replace('-', '_')}.py`] },
  { name: 'PHP', file: programs.php, args: undefined },
  { name: 'Go', file: programs.go, args: (it: Protocol) => ['run', `./${it}`] },
  {
    name: 'Java',
    file: programs.java,
    args: (it: Protocol) => [{ 'api-edition': 'ApiEdition.java', v1: 'V1.java' }[it]],
  },
].flatMap(({ name, file, args }) =>
  file === undefined
    ? []
    : [
        {
          name,
          folder: `${FOLDER}/${name.toLowerCase()}`,
          command: (protocol: Protocol, given: readonly string[]) => ({
            file,
            args: args ? [...args(protocol), ...given] : phpFile(protocol, given),
          }),
        },
      ],
)

export interface Program {
  output(): string
  readonly exited: Promise<unknown>
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
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'close')
  return {
    output: () => output,
    exited,
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
