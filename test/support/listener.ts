/** The seller's phone: signs as the protocol says, computed here and not by the program. */
import { createHash, createHmac } from 'node:crypto'
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
  /** Reports money in the newer form. */
  pushNewer(notice: NewerPush): Promise<ListenerAnswer>
  /** Says that it is alive. @param t Unix ms by its clock. */
  beat(t: number): Promise<ListenerAnswer>
}

export interface NewerPush {
  readonly price: string
  readonly type: 'wechat' | 'alipay'
  /** Unix ms by the phone's clock: of this attempt, and of the notification. */
  readonly t: number
  readonly seen: number
  readonly nonce: string
}

export function signListener(text: string, secret: string): string {
  const inner = createHash('md5').update(text, 'utf8').digest('hex')
  return createHash('md5')
    .update(inner + secret, 'utf8')
    .digest('hex')
}

/** The newer form: HMAC-SHA256 over `v2|…`, hex. */
export function signNewer(parts: readonly (string | number)[], secret: string): string {
  return createHmac('sha256', secret)
    .update(['v2', ...parts].join('|'), 'utf8')
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
    pushNewer: ({ price, type, t, seen, nonce }) =>
      get('api/notify', {
        price,
        type,
        t: String(t),
        seen: String(seen),
        nonce,
        sign2: signNewer([price, type, t, seen, nonce], secret),
      }),
    beat: (t) => get('api/heartbeat', { t: String(t), sign2: signNewer(['heartbeat', t], secret) }),
  }
}

/** The phone of a till that has just started, configured from the file that the till wrote. */
export async function phoneOf(till: { url: string; dataDir: string }): Promise<Phone> {
  const text = await readFile(join(till.dataDir, 'listener.json'), 'utf8')
  const { secret } = JSON.parse(text) as { secret: string }
  return createPhone(`${till.url}/addons/pay/`, secret)
}
