/** What the routes stand on: the shop and what surrounds it. */
import type { QrReader } from '../com/qr-reader.ts'
import type { Spool } from '../com/spool.ts'
import type { Call } from '../core/callback-attempts.ts'
import type { Notice } from '../core/payments.ts'
import type { Shop } from '../core/shop.ts'

export interface ApiContext {
  readonly shop: Shop
  readonly spool: Spool<Notice>
  readonly pictures: QrReader
  /** How many proxies of ours stand in front. */
  readonly trustProxy: number
  /** No mail server is configured. */
  readonly mailToFiles: boolean
  /** The first listener's secret comes from the environment. */
  readonly fixedListenerSecret: boolean
  /** Bad signatures per address and window, after which they are answered slowly; limit 0 is off. */
  readonly badSignLimit: { readonly limit: number; readonly windowMs: number }
  /** `host:port` of sites that may be called though they are not public. */
  readonly callbackAllow: readonly string[]
  /** The guarded way out to merchants' sites. */
  readonly call: Call
  /** The folder that vite built the pages into. */
  readonly pagesDir: string
}
