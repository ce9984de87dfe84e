/** A mail server that keeps what it gets, and refuses or holds back letters when a test says so. */
import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import type { ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { until } from './until.ts'

export interface CaughtLetter {
  readonly to: readonly string[]
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
}

export interface MailCatcher {
  /** For SMTP_URL. */
  readonly url: string
  /** Letters that were accepted, in order. */
  readonly letters: readonly CaughtLetter[]
  /** Letters that arrived whole, refused and held ones included. */
  readonly attempts: () => number
  /** Answers the next `count` letters with this code: 451 for later, 550 for never. */
  refuse(code: 451 | 550, count: number): void
  /** From now on no letter is answered until release. */
  hold(): void
  release(): void
  waitForLetters(count: number, timeoutMs?: number): Promise<readonly CaughtLetter[]>
  close(): Promise<void>
}

export async function startMailCatcher(): Promise<MailCatcher> {
  const letters: CaughtLetter[] = []
  let attempts = 0
  let refusals: number[] = []
  let gate = Promise.resolve()
  let open = (): void => undefined

  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    closeTimeout: 100,
    onData(stream, session, answer) {
      const code = refusals.shift()
      const read = simpleParser(stream).then(async (mail) => {
        attempts += 1
        await gate
        return mail
      })
      read.then(
        (mail) => {
          if (code) return answer(Object.assign(new Error('refused by the test'), { responseCode: code }))
          letters.push(
            toLetter(
              mail,
              session.envelope.rcptTo.map((it) => it.address),
            ),
          )
          answer()
        },
        (error: Error) => answer(error),
      )
    },
  })
  server.on('error', () => undefined) // a till that is killed while it speaks
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo

  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    attempts: () => attempts,
    refuse: (code, count) => void (refusals = Array.from({ length: count }, () => code)),
    hold: () => void (gate = new Promise((resolve) => (open = resolve))),
    release: () => open(),
    async waitForLetters(count, timeoutMs = 15_000) {
      await until(() => letters.length >= count, `${count} letters`, timeoutMs)
      return letters
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function toLetter(mail: ParsedMail, to: string[]): CaughtLetter {
  return {
    to,
    from: mail.from?.text ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    messageId: mail.messageId ?? '',
  }
}
