/** Signs of life, as long as the phone would see money. */
import { startLoop, type Loop } from './loop.ts'
import type { StatusBoard } from './status.ts'
import type { Texts } from './texts.ts'
import type { Answer, Till } from './till.ts'

interface Options {
  readonly till: Till
  readonly status: StatusBoard
  readonly texts: Texts
  readonly say: (line: string) => void
  /** A phone that cannot read its status bar is silent, so that the till says it is offline. */
  readonly isAwake: () => boolean
  /** The till answers after a time without answers. */
  readonly onBack: () => void
}

const BEAT_MS = 30_000
const FIRST_BEAT_MS = 1_000
const CLOCK_MS = 60_000

export function startHeartbeat({ till, status, texts, say, isAwake, onBack }: Options): Loop {
  let wellBefore = true
  let toldOffset = 0
  let toldText = ''

  return startLoop(async () => {
    if (!isAwake()) return FIRST_BEAT_MS
    const answer = await till.beat()
    const well = answer.kind === 'till' && answer.code === 1
    if (well) status.set({ beatAt: Date.now(), offset: till.offset() })
    if (well && !wellBefore) {
      say(texts.tillBack)
      onBack()
    }
    if (!well) complain(answer)
    else toldText = ''
    wellBefore = well
    warnOfClock(till.offset() ?? 0)
    return BEAT_MS
  })

  function complain(answer: Answer): void {
    const text = answer.kind === 'till' ? texts.beatRefused(answer.msg) : texts.unreachable(answer.detail)
    status.set({ failure: { at: Date.now(), text } })
    if (text !== toldText) say(text)
    toldText = text
  }

  function warnOfClock(offset: number): void {
    if (Math.abs(offset - toldOffset) < CLOCK_MS) return
    toldOffset = offset
    if (Math.abs(offset) >= CLOCK_MS) say(texts.clockOff(Math.round(offset / 1000)))
  }
}
