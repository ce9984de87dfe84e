/** Listening: the parts put together, from the lock to the signal that ends it. */
import { spawn } from 'node:child_process'
import type { Config, Files } from './config.ts'
import { startDelivery } from './delivery.ts'
import { startHeartbeat } from './heartbeat.ts'
import { openJournal } from './journal.ts'
import { takeLock } from './lock.ts'
import { DEFAULT_RULES, loadRules, type Rules } from './rules.ts'
import { openStatus } from './status.ts'
import { textsIn, type Texts } from './texts.ts'
import { appName, connectTill } from './till.ts'
import { startWatch } from './watch.ts'
import { formatTime, readZone } from './when.ts'

const ZONE_MS = 600_000

/** @returns false when another process listens already. Resolves when a signal has ended it. */
export async function run(config: Config, files: Files, print: (text: string) => void): Promise<boolean> {
  const listening = await startListening(config, files, print)
  if (!listening) return false
  await signalled()
  await listening.stop()
  return true
}

export interface Listening {
  /** Resolves when everything under way is done and written. */
  stop(): Promise<void>
}

/** @returns undefined when another process listens already. */
export async function startListening(
  config: Config,
  files: Files,
  print: (text: string) => void,
): Promise<Listening | undefined> {
  const texts = textsIn(config.lang)
  const lock = await takeLock(files.lock)
  if (!lock) return undefined
  let zone = await readZone()
  const say = (line: string) => print(`${formatTime(Date.now(), zone)} ${line}`)
  const rules = rulesOf(files, texts, say)
  const journal = await openJournal(files.journal)
  // Nothing that keeps the process alive stands before what may refuse to open.
  const zoneTimer = setInterval(() => void readZone().then((it) => (zone = it)), ZONE_MS)
  const status = openStatus(files.status, rules.version, Date.now())
  holdAwake(() => say(texts.noWakeLock))
  say(texts.running(config.address, rules.version))

  const till = connectTill(config.address, config.secret, appName(rules.version))
  const shared = { journal, status, texts, say, till }
  const delivery = startDelivery({ ...shared, givenUpPath: files.givenUp })
  const watch = startWatch({
    ...shared,
    command: config.command,
    pollMs: config.pollSeconds * 1_000,
    rules,
    zone: () => zone,
    offset: till.offset,
    onMoney: delivery.wake,
  })
  const heartbeat = startHeartbeat({ ...shared, isAwake: watch.isAwake, onBack: delivery.retryNow })

  return {
    async stop() {
      say(texts.stopping)
      clearInterval(zoneTimer)
      await Promise.all([watch.stop(), delivery.stop(), heartbeat.stop()])
      await journal.close()
      status.close()
      await lock.release()
    },
  }
}

/** A seller's file with a mistake in it must not stop the listening. */
function rulesOf(files: Files, texts: Texts, say: (line: string) => void): Rules {
  try {
    return loadRules(files.rules)
  } catch (error) {
    say(texts.badRules(files.rules, (error as Error).message))
    return DEFAULT_RULES
  }
}

/** Android puts programs to sleep with the screen unless they hold a wake lock. */
function holdAwake(complain: () => void): void {
  spawn('termux-wake-lock', [], { stdio: 'ignore' }).once('error', complain).unref()
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
