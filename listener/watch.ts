/** Looks at the status bar again and again, and puts money that appeared there into the journal. */
import type { Entry, Journal } from './journal.ts'
import { backOff, startLoop } from './loop.ts'
import { readShown, UnreadableError, type Shown } from './notifications.ts'
import { centsOf, mergedCount, recognise, type Finding } from './recognise.ts'
import type { Channel, Rules } from './rules.ts'
import type { StatusBoard } from './status.ts'
import type { Texts } from './texts.ts'
import { formatTime, parseWhen } from './when.ts'

export interface Watch {
  /** Money that came now would be seen. */
  isAwake(): boolean
  stop(): Promise<void>
}

interface Options {
  readonly command: string
  readonly pollMs: number
  readonly rules: Rules
  readonly journal: Journal
  readonly status: StatusBoard
  readonly texts: Texts
  readonly say: (line: string) => void
  readonly zone: () => number
  /** Milliseconds that the till's clock is ahead; undefined while that is not known. */
  readonly offset: () => number | undefined
  /** Something was put into the journal. */
  readonly onMoney: () => void
}

/** Without notification access each look opens the settings on the screen: not every two seconds. */
const TROUBLE_MS = 10_000
const TROUBLE_LONGEST_MS = 60_000
const AWAKE_MS = 60_000
const CROWDED = 40
const CROWDED_AGAIN_MS = 3_600_000

export function startWatch(options: Options): Watch {
  const { rules, journal, status, texts, say } = options
  let lookedAt = status.now.lookedAt
  let awakeAt = 0
  let failures = 0
  let crowdedAt = 0
  let before: readonly Shown[] = []

  const loop = startLoop(async () => {
    try {
      await look(await readShown(options.command))
      return options.pollMs
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error
      failures += 1
      complain(error)
      return backOff(failures, TROUBLE_MS, TROUBLE_LONGEST_MS)
    }
  })

  async function look(all: readonly Shown[]): Promise<void> {
    const now = Date.now()
    const shown = all.filter((one) => rules.apps.has(one.app))
    const known = new Set(before.map((one) => one.id))
    const fresh = new Map(shown.filter((one) => !known.has(one.id)).map((one) => [one.id, one]))
    const money: Entry[] = []
    const seen: string[] = []
    /** What goes to the till is told after it was kept: who reads of it may pull the plug. */
    const told: (() => void)[] = []
    for (const one of fresh.values()) {
      if (journal.has(one.id)) continue
      const finding = recognise(rules, one)
      if (finding.kind === 'money') money.push(entryOf(one, finding, now))
      if (finding.kind === 'doubt' || finding.kind === 'ambiguous')
        money.push(entryOf(one, { ...finding, price: '' }, now))
      if (finding.kind === 'alert') {
        seen.push(one.id)
        tell(one, finding, now) // only the seller hears of it: rather twice than never
      } else told.push(() => tell(one, finding, now))
    }
    try {
      await journal.keep(money, seen)
    } catch (error) {
      say(texts.diskFails((error as Error).message))
    }
    if (money.length > 0) options.onMoney()
    for (const tellOne of told) tellOne()
    if (failures > 0) say(texts.troubleOver)
    failures = 0
    before = shown
    lookedAt = awakeAt = now
    status.set({ lookedAt, trouble: undefined })
    warnOfCrowd(shown, now)
  }

  function entryOf(
    one: Shown,
    { price, channel }: Pick<Entry, 'price'> & { channel: Channel },
    now: number,
  ): Entry {
    // Without a time of its own it came after the last look: the earliest moment can match no later buyer.
    const second = parseWhen(one.when, options.zone(), now)
    // The end of its whole second: the beginning may lie before the order that it pays.
    const when = second === undefined ? (lookedAt ?? now) : second + 999
    const offset = options.offset()
    return { id: one.id, price, type: channel, when, seen: offset === undefined ? null : when + offset }
  }

  function tell(one: Shown, finding: Finding, now: number): void {
    if (finding.kind === 'nothing') return
    if (finding.kind === 'money') {
      say(texts.found(texts.channels[finding.channel], finding.price))
      checkTotal(one, finding, now)
    } else {
      status.count('alerts')
      const text = {
        alert: texts.alertNoAmount,
        doubt: texts.alertDoubt,
        ambiguous: texts.alertAmbiguous,
      }[finding.kind]
      say(text(finding.rule, one.title, one.text.slice(0, 200)))
    }
    const count = mergedCount(rules, one)
    const last = before.find((other) => other.key === one.key)
    const counted = last ? mergedCount(rules, last) : 0
    const missed = count - (counted < count ? counted : 0) - 1
    if (missed <= 0) return
    status.count('missed', missed)
    say(texts.merged(count, missed))
  }

  /** The wallet's own count of the day tells of payments that the status bar never showed. */
  function checkTotal(one: Shown, { channel, price, total }: Finding & { kind: 'money' }, now: number): void {
    if (!total) return
    const at = parseWhen(one.when, options.zone(), now) ?? now
    const day = formatTime(at, options.zone()).slice(0, 5)
    const last = status.now.totals[channel]
    status.set({ totals: { ...status.now.totals, [channel]: { day, ...total } } })
    if (last?.day !== day || total.count <= last.count + 1) return
    const missed = total.count - last.count - 1
    const cents = total.cents - last.cents - centsOf(price)
    status.count('missed', missed)
    say(texts.gap(texts.channels[channel], missed, (cents / 100).toFixed(2)))
  }

  function complain({ trouble, message }: UnreadableError): void {
    const told = status.now.trouble
    if (told?.kind === trouble) return
    status.set({ trouble: { kind: trouble, detail: message, since: Date.now() } })
    const detail = message === trouble ? '' : ` ${message}`
    say(`${texts.troubles[trouble]}${detail}\n${texts.noBeatsMeanwhile}`)
  }

  function warnOfCrowd(shown: readonly Shown[], now: number): void {
    if (now - crowdedAt < CROWDED_AGAIN_MS) return
    for (const app of rules.apps) {
      const count = shown.filter((one) => one.app === app).length
      if (count < CROWDED) continue
      crowdedAt = now
      say(texts.crowded(app, count))
    }
  }

  return { isAwake: () => Date.now() - awakeAt < AWAKE_MS, stop: loop.stop }
}
