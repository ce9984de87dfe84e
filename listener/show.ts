/** What `status` and `test` print. */
import type { Config, Files } from './config.ts'
import { isLocked } from './lock.ts'
import { readShown } from './notifications.ts'
import { pendingIn } from './journal.ts'
import { mergedCount, recognise } from './recognise.ts'
import type { Rules } from './rules.ts'
import { readStatus } from './status.ts'
import { textsIn } from './texts.ts'
import { formatTime, readZone } from './when.ts'

const ALIVE_MS = 120_000

/** @returns whether money that came now would be reported. */
export async function showStatus(
  config: Config,
  files: Files,
  print: (text: string) => void,
): Promise<boolean> {
  const texts = textsIn(config.lang)
  const words = texts.status
  const zone = await readZone()
  const status = readStatus(files.status)
  const running = await isLocked(files.lock)
  const time = (at: number | undefined) => (at === undefined ? words.never : formatTime(at, zone))
  const rows: [string, string][] = [
    [words.address, config.address],
    [words.rules, status?.rules ?? words.never],
    [words.looked, time(status?.lookedAt)],
    [words.beat, time(status?.beatAt)],
    [words.reported, time(status?.reportedAt)],
    [words.queue, `${(await pendingIn(files.journal)).length} ${words.items}`.trim()],
  ]
  if (status?.trouble) rows.push([words.trouble, texts.troubles[status.trouble.kind]])
  if (status?.failure) rows.push([words.failure, `${time(status.failure.at)} ${status.failure.text}`])
  if (status?.offset !== undefined)
    rows.push([words.clock, `${(status.offset / 1000).toFixed(1)} ${words.seconds}`])
  print(running ? words.running : words.stopped)
  for (const [name, value] of rows) print(`${name}: ${value}`)
  if (status) print(words.counts(status.reported, status.alerts, status.missed, status.givenUp))
  const alive = (at: number | undefined) => at !== undefined && Date.now() - at < ALIVE_MS
  return running && alive(status?.lookedAt) && alive(status?.beatAt)
}

/** @throws UnreadableError when the status bar cannot be read. */
export async function showTest(config: Config, rules: Rules, print: (text: string) => void): Promise<void> {
  const texts = textsIn(config.lang)
  const all = await readShown(config.command)
  print(texts.testTitle(all.length, rules.version))
  const shown = all.filter((one) => rules.apps.has(one.app))
  if (shown.length === 0) print(texts.testNone)
  for (const one of shown) {
    const finding = recognise(rules, one)
    const count = mergedCount(rules, one)
    print(`\n${one.when} ${one.title} | ${one.text}`)
    if (finding.kind === 'money')
      print(`  → ${texts.testMoney(texts.channels[finding.channel], finding.price, finding.rule)}`)
    if (finding.kind === 'doubt' || finding.kind === 'ambiguous')
      print(`  → ${texts.testDoubt(finding.rule)}`)
    if (finding.kind === 'alert') print(`  → ${texts.testAlert(finding.rule)}`)
    if (finding.kind === 'nothing') print(`  → ${texts.testNothing}`)
    if (finding.kind !== 'nothing' && count > 1) print(`  → ${texts.merged(count, count - 1)}`)
  }
}
