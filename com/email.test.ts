import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import type { ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailer, MailError } from './email.ts'
import type { Letter, Mailer, MailerOptions } from './email.ts'

const letter: Letter = {
  messageId: '<order-1.delivery@shop.example>',
  to: 'buyer@example.com',
  subject: '您的订单已付款',
  text: '卡密：ABC-123',
  html: '<p>卡密：<b>ABC-123</b></p>',
}

let outboxDir: string
let received: { mail: ParsedMail; recipients: string[]; sender: string }[]
let closers: (() => unknown)[]

beforeEach(async () => {
  outboxDir = join(await mkdtemp(join(tmpdir(), 'mail-')), 'outbox')
  received = []
  closers = []
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
  await rm(join(outboxDir, '..'), { recursive: true })
})

/** A real mail server that knows one user. @returns its port. */
async function startServer(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: false,
    onAuth(auth, _session, answer) {
      if (auth.username === 'shop@example.com' && auth.password === 'p@ss/word')
        answer(null, { user: 'shop' })
      else answer(Object.assign(new Error('Wrong user or password'), { responseCode: 535 }))
    },
    onData(stream, { envelope }, answer) {
      void simpleParser(stream).then((mail) => {
        const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        received.push({ mail, sender, recipients: envelope.rcptTo.map(({ address }) => address) })
        answer()
      }, answer)
    },
    ...options,
  })
  server.on('error', () => undefined) // connections that a test cuts
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)))
  return (server.server.address() as AddressInfo).port
}

function mailer(options: Partial<MailerOptions>): Mailer {
  const opened = createMailer({ outboxDir, ...options })
  closers.push(() => opened.close())
  return opened
}

const smtp = (port: number, user = 'shop%40example.com:p%40ss%2Fword') => `smtp://${user}@127.0.0.1:${port}`

const answerOf = (responseCode: number) => Object.assign(new Error('refused by the test'), { responseCode })

async function failure(work: Promise<unknown>): Promise<MailError> {
  const cause: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(cause).toBeInstanceOf(MailError)
  return cause as MailError
}

describe('a letter by SMTP', () => {
  it('arrives after signing in, in Chinese, as text and HTML, with its own Message-ID', async () => {
    await mailer({ smtpUrl: smtp(await startServer()), from: '码上收 <till@example.com>' }).send(letter)
    const [{ mail, recipients, sender } = { mail: undefined, recipients: [], sender: '' }] = received
    expect(mail).toMatchObject({ subject: letter.subject, messageId: letter.messageId, html: letter.html })
    expect(mail?.text?.trim()).toBe(letter.text)
    expect(mail?.from?.value).toEqual([{ name: '码上收', address: 'till@example.com' }])
    expect([sender, recipients]).toEqual(['till@example.com', ['buyer@example.com']])
  })

  it('comes from the SMTP user unless told otherwise', async () => {
    await mailer({ smtpUrl: smtp(await startServer()) }).send(letter)
    expect(received[0]?.sender).toBe('shop@example.com')
  })

  it('goes over one pool, many at once, each exactly once', async () => {
    const { send } = mailer({ smtpUrl: smtp(await startServer()) })
    const ids = Array.from({ length: 20 }, (_, number) => `<letter-${number}@shop.example>`)
    await Promise.all(ids.map((messageId) => send({ ...letter, messageId })))
    expect(received.map(({ mail }) => mail.messageId).sort()).toEqual([...ids].sort())
  })

  it.each([451, 452, 421])('may be tried again after %d', async (code) => {
    const port = await startServer({ onRcptTo: (_address, _session, answer) => answer(answerOf(code)) })
    expect((await failure(mailer({ smtpUrl: smtp(port) }).send(letter))).permanent).toBe(false)
  })

  it.each([550, 553])('is refused for good after %d for its receiver', async (code) => {
    const port = await startServer({ onRcptTo: (_address, _session, answer) => answer(answerOf(code)) })
    const error = await failure(mailer({ smtpUrl: smtp(port) }).send(letter))
    expect(error.permanent).toBe(true)
    expect(error.message).toContain('refused by the test')
  })

  it('is refused for good after 554 for its content', async () => {
    const port = await startServer({
      onData(stream, _session, answer) {
        stream.resume().on('end', () => answer(answerOf(554)))
      },
    })
    expect((await failure(mailer({ smtpUrl: smtp(port) }).send(letter))).permanent).toBe(true)
  })

  it('may be tried again when the sign-in is wrong: that is not the letter’s fault', async () => {
    const error = await failure(mailer({ smtpUrl: smtp(await startServer(), 'shop:wrong') }).send(letter))
    expect(error.permanent).toBe(false)
  })

  it('may be tried again when no server is there', async () => {
    const port = await startServer()
    await closers.pop()?.()
    const { send } = mailer({ smtpUrl: smtp(port) })
    expect((await failure(send(letter))).permanent).toBe(false)
  })

  it('may be tried again when the server hangs up in the middle', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined) // it is this side that hangs up
      socket.write('220 here\r\n')
      socket.once('data', () => socket.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const { send } = mailer({ smtpUrl: smtp((server.address() as AddressInfo).port) })
    expect((await failure(send(letter))).permanent).toBe(false)
  })

  it('cannot grow headers or receivers through its subject', async () => {
    const { send } = mailer({ smtpUrl: smtp(await startServer()) })
    await send({ ...letter, subject: 'Paid\r\nBcc: thief@example.com\r\n\r\n<script>' })
    expect(received[0]?.mail.subject).toBe('Paid Bcc: thief@example.com <script>')
    expect(received[0]?.mail.headers.has('bcc')).toBe(false)
    expect(received[0]?.recipients).toEqual(['buyer@example.com'])
  })

  it.each([
    'a@example.com, b@example.com',
    'a@example.com\r\nRCPT TO:<b@example.com>',
    '"a b"@example.com',
    'nobody',
    '',
  ])('never leaves for the address %j', async (to) => {
    const { send } = mailer({ smtpUrl: smtp(await startServer()) })
    expect((await failure(send({ ...letter, to }))).permanent).toBe(true)
    expect(received).toEqual([])
  })
})

describe('a letter without a mail server', () => {
  async function files(): Promise<string[]> {
    return (await readdir(outboxDir)).sort()
  }

  it('becomes a file that mail programs read', async () => {
    await mailer({}).send(letter)
    const [name = ''] = await files()
    expect(name).toMatch(/^\d{8}T\d{6}Z-_order-1\.delivery_shop\.example_-[\da-f]{12}\.eml$/)
    const mail = await simpleParser(await readFile(join(outboxDir, name)))
    expect(mail).toMatchObject({ subject: letter.subject, messageId: letter.messageId, html: letter.html })
    expect(mail.from?.value[0]?.address).toBe('qrtill@localhost')
  })

  it('is one file however often it is sent, also at once and by another mailer', async () => {
    const { send } = mailer({})
    await Promise.all([send(letter), send(letter)])
    await mailer({}).send({ ...letter, subject: 'Second' })
    const [name = '', ...more] = await files()
    expect(more).toEqual([])
    expect((await simpleParser(await readFile(join(outboxDir, name)))).subject).toBe('Second')
  })

  it('stays in its folder whatever its Message-ID says, and keeps letters with alike ids apart', async () => {
    const { send } = mailer({})
    await send({ ...letter, messageId: '<../../etc/passwd@x>' })
    await send({ ...letter, messageId: '<..//../etc/passwd@x>' })
    expect(await files()).toHaveLength(2)
    expect(await readdir(join(outboxDir, '..'))).toEqual(['outbox'])
  })

  it('may be tried again when the folder cannot be written', async () => {
    const error = await failure(createMailer({ outboxDir: '/dev/null/outbox' }).send(letter))
    expect(error.permanent).toBe(false)
  })
})
