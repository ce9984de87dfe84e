/** The seller's phone: signs as the protocol says, computed here and not by the program. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ListenerAnswer {
  readonly code: number
  readonly msg: string
  readonly data: string
  readonly url: string
  readonly wait: number
}

export interface Phone {
  readonly secret: string
  /** Reports money. @param price as the wallet's notification says it, for example `0.99` */
  push(price: string, type: 'wechat' | 'alipay'): Promise<ListenerAnswer>
  /** “Are we configured alike?” */
  check(): Promise<ListenerAnswer>
}

export function signListener(text: string, secret: string): string {
  const inner = createHash('md5').update(text, 'utf8').digest('hex')
  return createHash('md5')
    .update(inner + secret, 'utf8')
    .digest('hex')
}

/** @param url ends with `/addons/pay/` */
export function createPhone(url: string, secret: string): Phone {
  async function get(path: string, query: Record<string, string>): Promise<ListenerAnswer> {
    const answer = await fetch(`${url}${path}?${new URLSearchParams(query)}`, {
      signal: AbortSignal.timeout(30_000),
    })
    if (answer.status !== 200) throw new Error(`The listener got status ${answer.status}`)
    return (await answer.json()) as ListenerAnswer
  }
  return {
    secret,
    push: (price, type) => get('api/notify', { price, type, sign: signListener(price + type, secret) }),
    check: () => get('api/setting', { apiurl: url, sign: signListener(url, secret) }),
  }
}

/** The phone of a till that has just started, configured from the file that the till wrote. */
export async function phoneOf(till: { url: string; dataDir: string }): Promise<Phone> {
  const text = await readFile(join(till.dataDir, 'listener.json'), 'utf8')
  const { secret } = JSON.parse(text) as { secret: string }
  return createPhone(`${till.url}/addons/pay/`, secret)
}
