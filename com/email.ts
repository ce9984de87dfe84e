import type { Transporter } from 'nodemailer'
import { createOutbox } from './outbox.ts'

export interface Letter {
  /** Stable over every attempt, so that a second copy can be recognised. */
  messageId: string
  to: string
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /** Resolves once the server has taken the letter. @throws MailError */
  send(letter: Letter): Promise<void>
  close(): void
}

/** `permanent`: the server will never take this letter. Anything else is worth another attempt. */
export class MailError extends Error {
  readonly permanent: boolean

  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, { cause })
    this.name = 'MailError'
    this.permanent = permanent
  }
}

export interface MailerOptions {
  /** Without it, letters become .eml files in outboxDir. */
  smtpUrl?: string | undefined
  /** `shop@example.com` or `My Shop <shop@example.com>`; else the SMTP user when that is an address. */
  from?: string | undefined
  outboxDir: string
}

const ADDRESS = /^[^\s@<>,;:"()\\[\]]{1,64}@[^\s@<>,;:"()\\[\]]{1,253}$/
const POOL = {
  pool: true,
  maxConnections: 3,
  maxRequeues: 1,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 20_000,
} as const
const TO_BUFFER = { streamTransport: true, buffer: true, newline: 'windows' } as const
const SEALED = { disableFileAccess: true, disableUrlAccess: true } as const

export function createMailer({ smtpUrl, from = senderOf(smtpUrl), outboxDir }: MailerOptions): Mailer {
  const sender = readSender(from)
  const outbox = createOutbox(outboxDir)
  let transport: Promise<Transporter> | undefined

  return {
    async send(letter) {
      if (!ADDRESS.test(letter.to)) throw new MailError('The address of the receiver cannot be used.', true)
      transport ??= openTransport(smtpUrl)
      const sent = await transport.then((opened) => opened.sendMail(compose(letter, sender))).catch(refuse)
      if (smtpUrl === undefined) await outbox.put(letter.messageId, sent.message as Buffer).catch(refuse)
    },
    close() {
      transport?.then((opened) => opened.close()).catch(() => undefined)
    },
  }
}

/** The library is loaded with the first letter: a start does not wait for it. */
async function openTransport(smtpUrl: string | undefined): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return smtpUrl === undefined
    ? createTransport({ ...TO_BUFFER, ...SEALED })
    : createTransport({ ...POOL, ...SEALED, url: smtpUrl })
}

/** The envelope is given apart, so that no parser of header texts decides who gets the letter. */
function compose(letter: Letter, sender: Sender) {
  return {
    ...SEALED,
    envelope: { from: sender.address, to: [letter.to] },
    from: sender,
    to: { name: '', address: letter.to },
    messageId: oneLine(letter.messageId),
    subject: oneLine(letter.subject),
    text: letter.text,
    html: letter.html,
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** A wrong sign-in is the shop's fault, not the letter's: that letter may still go out once it is put right. */
function refuse(cause: unknown): never {
  const { code, responseCode = 0 } = cause as { code?: string; responseCode?: number }
  const aboutLetter = code === 'EENVELOPE' || code === 'EMESSAGE'
  const permanent = aboutLetter && responseCode >= 500 && responseCode !== 530
  throw new MailError(cause instanceof Error ? cause.message : 'The letter was not taken.', permanent, cause)
}

interface Sender {
  name: string
  address: string
}

function readSender(from: string): Sender {
  const [, name, address] = /^([^<>]*)<([^<>]+)>$/.exec(from) ?? []
  return address === undefined ? { name: '', address: from } : { name: oneLine(name ?? '').trim(), address }
}

function senderOf(smtpUrl: string | undefined): string {
  const user = smtpUrl === undefined ? '' : decodeURIComponent(new URL(smtpUrl).username)
  return ADDRESS.test(user) ? user : 'qrtill@localhost'
}
