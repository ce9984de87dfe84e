/** A phone in the terminal: reports money, or checks its configuration, as the listener app does. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

interface Target {
  /** Ends with `/addons/pay/`. */
  url: string
  secret: string
}

const USAGE = `Usage:
  npm run listener -- push <price> <wechat|alipay>   report money, for example: push 0.99 alipay
  npm run listener -- check                          ask whether address and secret are right
Options: --url http://host/addons/pay/ --secret <secret>. Without them LISTENER_URL and LISTENER_SECRET are
used, or else what the till wrote to listener.json in its data folder when it started.`

const ANSWER_MS = 15_000

class Complaint extends Error {}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** The protocol's signature: `md5(md5(text) + secret)`, lower-case hex. */
function sign(text: string, secret: string): string {
  return md5(md5(text) + secret)
}

function findTarget(options: Partial<Target>): Target {
  const url = options.url ?? process.env.LISTENER_URL
  const secret = options.secret ?? process.env.LISTENER_SECRET
  if (url && secret) return { url, secret }
  const written = readTarget(join(process.env.DATA_DIR || './data', 'listener.json'))
  return { url: url || written.url, secret: secret || written.secret }
}

function readTarget(path: string): Target {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Complaint(`${path} cannot be read: start the till here first, or give --url and --secret.`)
  }
  try {
    const { url, secret } = JSON.parse(text) as Partial<Target>
    if (typeof url === 'string' && typeof secret === 'string') return { url, secret }
  } catch {
    // the complaint below says it
  }
  throw new Complaint(
    `${path} is not what the till writes: start the till again, or give --url and --secret.`,
  )
}

function requestFor(words: readonly string[], { url, secret }: Target): string {
  const [command, price, type] = words
  if (command === 'check' && words.length === 1)
    return `${url}api/setting?${new URLSearchParams({ apiurl: url, sign: sign(url, secret) })}`
  if (command === 'push' && price !== undefined && type !== undefined && words.length === 3)
    return `${url}api/notify?${new URLSearchParams({ price, type, sign: sign(price + type, secret) })}`
  throw new Complaint(USAGE)
}

/** @returns whether the till answered code 1. */
async function ask(address: string, url: string): Promise<boolean> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual' }).catch(
    () => {
      throw new Complaint(`${url} does not answer: is the till running, and is the address right?`)
    },
  )
  const text = await answer.text()
  console.log(text.replace(/\s+/g, ' ').trim() || `an empty answer with status ${answer.status}`)
  try {
    return (JSON.parse(text) as { code?: unknown }).code === 1
  } catch {
    throw new Complaint(
      `${url} answered with status ${answer.status} and something that is not the till's JSON.`,
    )
  }
}

async function main(): Promise<boolean> {
  const { values, positionals } = readArguments()
  if (values.help || positionals.length === 0) throw new Complaint(USAGE)
  const target = findTarget(values)
  return ask(requestFor(positionals, target), target.url)
}

function readArguments() {
  try {
    return parseArgs({
      args: joinValues(process.argv.slice(2)),
      allowPositionals: true,
      options: { url: { type: 'string' }, secret: { type: 'string' }, help: { type: 'boolean' } },
    })
  } catch (cause) {
    throw new Complaint(`${(cause as Error).message.split('\n')[0]}\n${USAGE}`)
  }
}

/** A secret may begin with a dash, and is no option for that. */
function joinValues(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word === '--secret' || word === '--url')
  const [name, value, ...rest] = words.slice(Math.max(at, 0))
  if (at < 0 || value === undefined) return [...words]
  return [...words.slice(0, at), `${name}=${value}`, ...joinValues(rest)]
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (cause) {
  if (!(cause instanceof Complaint)) throw cause
  console.error(cause.message)
  process.exitCode = 2
}
