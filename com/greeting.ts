/** What the operator needs at start: printed for people, and left in a file for the phone in the terminal. */
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { replaceFile } from './durable-files.ts'

export interface Greeting {
  readonly port: number
  /** The one address listened on; undefined means all. */
  readonly host: string | undefined
  readonly publicUrl: string
  readonly database: string
  readonly redis: boolean
  /** While the first password has not been chosen. */
  readonly setupCode: string | undefined
  /** While nothing else tells it. */
  readonly listenerSecret: string | undefined
  readonly mailFolder: string | undefined
}

export function greetingText(greeting: Greeting): string {
  const base = greeting.publicUrl || localUrl(greeting)
  const lines = [
    '',
    '  qrtill 码上收',
    '',
    `  商店 shop       ${base}/`,
    `  后台 console    ${base}/#/admin`,
    `  监听 listener   ${base}/addons/pay/`,
  ]
  if (!greeting.publicUrl && greeting.host === undefined) {
    for (const address of lanAddresses())
      lines.push(`                  http://${address}${suffix(greeting.port)}/addons/pay/`)
  }
  if (greeting.listenerSecret) lines.push(`  密钥 secret     ${greeting.listenerSecret}`)
  if (greeting.setupCode) {
    lines.push('', '  首次登录 first sign-in   admin / admin')
    lines.push(
      `  初始化码 set-up code     ${greeting.setupCode}   (从其他设备首次登录时需要 / asked for from another machine)`,
    )
  }
  lines.push('', `  数据 data       ${greeting.database}${greeting.redis ? ' + Redis' : ''}`)
  if (greeting.mailFolder) lines.push(`  邮件 mail       ${greeting.mailFolder}/*.eml  (SMTP_URL)`)
  return `${lines.join('\n')}\n\n`
}

/** For `npm run listener`: where this till listens, readable by its owner only. */
export async function writeListenerFile(dataDir: string, greeting: Greeting, secret: string): Promise<void> {
  const target = { url: `${localUrl(greeting)}/addons/pay/`, secret }
  const path = join(dataDir, 'listener.json')
  await replaceFile(path, `${JSON.stringify(target)}\n`)
}

function localUrl({ host, port }: Greeting): string {
  const name = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}${suffix(port)}`
}

function suffix(port: number): string {
  return port === 80 ? '' : `:${port}`
}

/** What a phone in the same network can reach. */
function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal)
    .map((one) => one.address)
}
