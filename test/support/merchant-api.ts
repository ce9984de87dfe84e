/** A merchant's program that speaks our own API, as it would in any language: plain HTTP and a key. */
import { serveShop, sendRaw, type RawAnswer, type TestApp } from './app.ts'
import { openMerchant, type TestMerchant } from './merchants.ts'
import { openTestShop, type TestShop } from './shop.ts'
import { openTrade, type Trade } from './trade.ts'
import type { TestEngine } from './engines.ts'
import type { ApiContext } from '../../api/context.ts'
import type { Mode } from '../../core/vocabulary.ts'

export type Json = Record<string, unknown>

export interface ApiAnswer {
  readonly status: number
  readonly headers: RawAnswer['headers']
  readonly text: string
  /** The object that was answered; empty for none. */
  readonly json: Json
  readonly error: { type?: string; code?: string; message?: string; param?: string }
}

export interface ApiClient {
  readonly key: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
  get(path: string): Promise<ApiAnswer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
}

/** @param key none: no header at all. */
export function apiClient(url: string, key: string | undefined): ApiClient {
  const call: ApiClient['call'] = async (method, path, body, headers = {}) => {
    const answer = await sendRaw(url, path, {
      method,
      headers: {
        'Accept-Language': 'en',
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json = (answer.text.startsWith('{') ? JSON.parse(answer.text) : {}) as Json
    return { ...answer, json, error: (json.error ?? {}) as ApiAnswer['error'] }
  }
  return {
    key: key ?? '',
    call,
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
  }
}

export interface TestSite {
  readonly merchant: TestMerchant
  readonly live: ApiClient
  readonly test: ApiClient
}

export async function openSite(
  shop: TestShop,
  url: string,
  change?: Parameters<typeof openMerchant>[1],
): Promise<TestSite> {
  const merchant = await openMerchant(shop, change)
  const client = async (mode: Mode) => apiClient(url, await merchant.addKey(mode))
  return { merchant, live: await client('live'), test: await client('test') }
}

export interface ApiStand {
  readonly shop: TestShop
  readonly trade: Trade
  readonly served: TestApp
  readonly site: TestSite
  close(): Promise<void>
}

/** A shop that serves a merchant's site. */
export async function openApiStand(engine: TestEngine, change: Partial<ApiContext> = {}): Promise<ApiStand> {
  const shop = await openTestShop(engine)
  const trade = await openTrade(shop)
  const served = await serveShop(shop, change)
  const site = await openSite(shop, served.url)
  return {
    shop,
    trade,
    served,
    site,
    async close() {
      await served.close()
      await shop.close()
    },
  }
}

let amounts = 0

/** An order of an amount that no other has. */
export function orderInput(change: Json = {}): Json {
  amounts += 1
  const cents = 2_000_00 + amounts * 25
  return {
    out_trade_no: `A-${amounts}`,
    amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
    subject: '月卡 30 天',
    method: 'alipay',
    ...change,
  }
}
