/** The listener for Android phones: a program for Node in Termux. This file reads the command line and surroundings. */
import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT_NOT_SET_UP, EXIT_RUNNING } from './boot.ts'
import { filesIn, readConfig, type Config, type Files } from './config.ts'
import { RULES } from './default-rules.ts'
import { UnreadableError } from './notifications.ts'
import { loadRules } from './rules.ts'
import { run } from './run.ts'
import { setUp } from './setup.ts'
import { showStatus, showTest } from './show.ts'
import { LANGS, textsIn, type Lang } from './texts.ts'

const EXIT_PROBLEM = 1
const EXIT_USAGE = 2

const OPTIONS = {
  address: { type: 'string' },
  secret: { type: 'string' },
  poll: { type: 'string' },
  command: { type: 'string' },
  boot: { type: 'boolean' },
  folder: { type: 'string' },
  lang: { type: 'string' },
  help: { type: 'boolean' },
} as const

const WITH_VALUE = new Set(
  Object.entries(OPTIONS)
    .filter(([, option]) => option.type === 'string')
    .map(([name]) => `--${name}`),
)

type Values = ReturnType<typeof readArguments>['values']

const print = (text: string) => void process.stdout.write(`${text}\n`)

function readArguments() {
  return parseArgs({ args: joinValues(process.argv.slice(2)), allowPositionals: true, options: OPTIONS })
}

/** A secret may begin with a dash, and is no option for that. */
function joinValues(words: readonly string[]): string[] {
  const at = words.findIndex((word) => WITH_VALUE.has(word))
  const [name, value, ...rest] = words.slice(Math.max(at, 0))
  if (at < 0 || value === undefined) return [...words]
  return [...words.slice(0, at), `${name}=${value}`, ...joinValues(rest)]
}

async function main(): Promise<number> {
  let given
  try {
    given = readArguments()
  } catch (error) {
    print(`${(error as Error).message.split('\n')[0]}\n${textsIn(phoneLang()).usage}`)
    return EXIT_USAGE
  }
  const { values, positionals } = given
  const files = filesIn(resolve(values.folder ?? join(homedir(), '.qrtill-listener')))
  const config = await readConfig(files.config)
  const lang = langOf(values.lang) ?? config?.lang ?? phoneLang()
  const command = values.help || positionals.length > 1 ? undefined : positionals[0]
  if (command === 'setup') return setUpHere(values, files, lang)
  if (command === 'rules') return printRules()
  if (command !== 'run' && command !== 'status' && command !== 'test') {
    print(textsIn(lang).usage)
    return EXIT_USAGE
  }
  if (!config) {
    print(textsIn(lang).missingSetup)
    return EXIT_NOT_SET_UP
  }
  return obey(command, { ...config, lang }, files)
}

async function obey(command: 'run' | 'status' | 'test', config: Config, files: Files): Promise<number> {
  const texts = textsIn(config.lang)
  if (command === 'status') return (await showStatus(config, files, print)) ? 0 : EXIT_PROBLEM
  if (command === 'test') {
    try {
      await showTest(config, loadRules(files.rules), print)
      return 0
    } catch (error) {
      const what = error instanceof UnreadableError ? texts.troubles[error.trouble] : undefined
      print(what ?? texts.badRules(files.rules, (error as Error).message))
      return EXIT_PROBLEM
    }
  }
  if (await run(config, files, print)) return 0
  print(texts.alreadyRunning)
  return EXIT_RUNNING
}

async function setUpHere(values: Values, files: Files, lang: Lang): Promise<number> {
  const program = resolve(process.argv[1] ?? 'qrtill-listener.mjs')
  const wishes = { ...values, lang }
  return (await setUp(wishes, { files, home: homedir(), program, print })) ? 0 : EXIT_PROBLEM
}

function printRules(): number {
  print(JSON.stringify(RULES, undefined, 2))
  return 0
}

function langOf(text: string | undefined): Lang | undefined {
  return LANGS.find((lang) => text?.toLowerCase().startsWith(lang))
}

/** Termux says English whatever the phone speaks, so the phone itself is asked. */
function phoneLang(): Lang {
  const { LC_ALL, LC_MESSAGES, LANG, TERMUX_VERSION } = process.env
  if (!TERMUX_VERSION) return langOf(LC_ALL || LC_MESSAGES || LANG) ?? 'zh'
  try {
    return (
      langOf(execFileSync('getprop', ['persist.sys.locale'], { encoding: 'utf8', timeout: 2_000 })) ?? 'zh'
    )
  } catch {
    return 'zh'
  }
}

void main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = EXIT_PROBLEM
  },
)
