/** The message template of SmsForwarder, read back into what the phone had shown. */
import type { Notification } from './recognise.ts'

/** Its own line of time, which stands behind the title. */
const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/** Of a template that somebody wrote, every line may be the title as long as there are few: enough to see money in it. */
const MOST_LINES = 8

/**
 * @param content as its template left it; unless somebody changed that: package, text, title, time, device, a line
 *   each, the text in several.
 * @returns the ways in which it can be meant: one for the usual template.
 */
export function readTemplate(app: string, content: string): Notification[] {
  const lines = content.split(/\r?\n/).map((line) => line.trim())
  const time = lines.findLastIndex((line) => TIME.test(line))
  if (lines[0] === app && time >= 3)
    return [{ app, title: plainTitle(lines[time - 1] ?? ''), text: lines.slice(1, time - 1).join('\n') }]
  const rest = lines.filter((line) => line !== '' && line !== app && !TIME.test(line))
  const whole = { app, title: '', text: rest.join('\n') }
  if (rest.length > MOST_LINES) return [whole]
  const divided = rest.flatMap((line, at) => {
    const others = rest.filter((_, index) => index !== at)
    const texts = [others.join('\n'), ...(others.length > 1 ? others : [])]
    return texts.map((text) => ({ app, title: plainTitle(line), text }))
  })
  return [whole, ...divided]
}

/** The app hands titles on with a name of its own behind them. */
export function plainTitle(title: string): string {
  return title.split('#####')[0] ?? ''
}
