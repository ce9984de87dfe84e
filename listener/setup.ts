/** Asks for the two settings, tries them, and writes them down. */
import { access } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { writeBootScript } from './boot.ts'
import {
  DEFAULTS,
  SHORTEST_SECRET,
  isPollSeconds,
  readConfig,
  toApiAddress,
  writeConfig,
  type Config,
  type Files,
} from './config.ts'
import { RULES } from './default-rules.ts'
import { openJournal } from './journal.ts'
import { readShown, UnreadableError } from './notifications.ts'
import { textsIn, type Lang, type Texts } from './texts.ts'
import { appName, connectTill } from './till.ts'

export interface Wishes {
  readonly address?: string | undefined
  readonly secret?: string | undefined
  readonly poll?: string | undefined
  readonly command?: string | undefined
  readonly boot?: boolean | undefined
  readonly lang: Lang
}

export interface Surroundings {
  readonly files: Files
  /** The user's folder, where Termux:Boot looks. */
  readonly home: string
  /** Path of this program. */
  readonly program: string
  readonly print: (text: string) => void
}

/** @returns whether everything works: settings saved, status bar readable. */
export async function setUp(wishes: Wishes, around: Surroundings): Promise<boolean> {
  const { files, print } = around
  const texts = textsIn(wishes.lang)
  const config = await settingsFrom(wishes, files, texts, print)
  if (!config || !(await agrees(config, texts, print))) return false
  await writeConfig(files, config)
  print(texts.saved(files.folder))
  const readable = await takeStock(config, files, texts, print)
  if (wishes.boot) print(texts.bootWritten(await writeBootScript(around)))
  if (readable) print(texts.next(around.program))
  return readable
}

async function settingsFrom(
  wishes: Wishes,
  files: Files,
  texts: Texts,
  print: (text: string) => void,
): Promise<Config | undefined> {
  const before = await readConfig(files.config)
  const answers = await askFor(wishes, texts)
  if (!answers) return refuse(texts.notFromTerminal)
  const address = toApiAddress(answers.address)
  if (!address) return refuse(texts.badAddress(answers.address))
  const secret = answers.secret.trim()
  if (secret.length < SHORTEST_SECRET) return refuse(texts.shortSecret(SHORTEST_SECRET))
  const pollSeconds =
    wishes.poll === undefined ? (before?.pollSeconds ?? DEFAULTS.pollSeconds) : Number(wishes.poll)
  if (!isPollSeconds(pollSeconds)) return refuse(texts.badPoll)
  const command = wishes.command ?? before?.command ?? DEFAULTS.command
  return { address, secret, lang: wishes.lang, pollSeconds, command }

  function refuse(why: string): undefined {
    print(why)
    return undefined
  }
}

async function askFor(
  { address, secret }: Wishes,
  texts: Texts,
): Promise<{ address: string; secret: string } | undefined> {
  if (address !== undefined && secret !== undefined) return { address, secret }
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return {
      address: address ?? (await terminal.question(texts.askAddress)),
      secret: secret ?? (await terminal.question(texts.askSecret)),
    }
  } finally {
    terminal.close()
  }
}

async function agrees(config: Config, texts: Texts, print: (text: string) => void): Promise<boolean> {
  print(texts.checking(config.address))
  const till = connectTill(config.address, config.secret, appName(RULES.version))
  const answer = await till.beat()
  if (answer.kind === 'unreachable') print(texts.tillUnreachable(answer.detail))
  else print(answer.code === 1 ? texts.tillAgrees : texts.tillRefuses(answer.msg))
  return answer.kind === 'till' && answer.code === 1
}

/** What the status bar shows at the first set-up came before there was anybody to report it. */
async function takeStock(
  config: Config,
  files: Files,
  texts: Texts,
  print: (text: string) => void,
): Promise<boolean> {
  try {
    const shown = await readShown(config.command)
    if (!(await exists(files.journal))) {
      const journal = await openJournal(files.journal)
      await journal.keep(
        [],
        shown.map(({ id }) => id),
      )
      await journal.close()
    }
    print(texts.statusBarWorks(shown.length))
    return true
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    print(texts.troubles[error.trouble])
    return false
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
