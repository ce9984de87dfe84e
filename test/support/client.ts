/** Calls operations of the contract over HTTP, the way a browser does. */
import type * as z from 'zod/mini'
import {
  addCodes,
  addProduct,
  choosePassword,
  importStock,
  placeOrder,
  signIn,
} from '../../api/contract/index.ts'
import type { Operation, ProductInput, SessionView } from '../../api/contract/index.ts'

type Schema = z.ZodMiniType

export interface TestCall<P extends Schema, Q extends Schema, B extends Schema> {
  params?: z.output<P>
  query?: z.output<Q>
  body?: z.output<B>
  headers?: Record<string, string>
  /** Milliseconds. */
  timeout?: number
}

export interface TestAnswer<T> {
  readonly status: number
  readonly headers: Headers
  /** What the operation replies; only when the status says so. */
  readonly reply: T
  /** Only when refused. */
  readonly error: { code: string; message: string; details: Record<string, unknown> } | undefined
}

/** Never throws for a refusal: tests look at the status. */
export async function ask<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  url: string,
  operation: Operation<P, Q, B, R>,
  call: TestCall<P, Q, B> = {},
): Promise<TestAnswer<z.output<R>>> {
  const params = (call.params ?? {}) as Record<string, string>
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const query = new URLSearchParams(call.query as Record<string, string> | undefined)
  const answer = await fetch(`${url}${path}${query.size > 0 ? `?${query}` : ''}`, {
    method: operation.method,
    headers: {
      Origin: url,
      ...(operation.method !== 'GET' && { 'Content-Type': 'application/json' }),
      ...call.headers,
    },
    ...(operation.method !== 'GET' && { body: JSON.stringify(call.body ?? {}) }),
    signal: AbortSignal.timeout(call.timeout ?? 60_000),
  })
  const text = await answer.text()
  const read = text ? JSON.parse(text) : {}
  return { status: answer.status, headers: answer.headers, reply: read, error: read.error }
}

/** As ask, but anything other than a reply is an error of the test. */
export async function get<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  url: string,
  operation: Operation<P, Q, B, R>,
  call: TestCall<P, Q, B> = {},
): Promise<z.output<R>> {
  const { status, reply, error } = await ask(url, operation, call)
  if (status !== (operation.status ?? 200))
    throw new Error(`${operation.id} answered ${status} ${JSON.stringify(error)}`)
  return reply
}

export interface Seller {
  readonly headers: Record<string, string>
  addProduct(change?: Partial<ProductInput>): Promise<string>
  importKeys(productId: string, keys: readonly string[]): Promise<void>
  addCode(payload: string, amountCents: number | null): Promise<void>
}

const PASSWORD = 'a long enough password 7391'

/** Signs in on a fresh installation, chooses the password, and works from then on. */
export async function signInAsSeller(url: string): Promise<Seller> {
  const first = await signInAs(url, 'admin')
  const chosen = await ask(url, choosePassword, { headers: first, body: { next: PASSWORD } })
  if (chosen.status !== 200) throw new Error(`choosePassword answered ${chosen.status}`)
  return sellerOf(url, headersOf(chosen))
}

/** Signs in where the password has been chosen before. */
export async function signInAgain(url: string): Promise<Seller> {
  return sellerOf(url, await signInAs(url, PASSWORD))
}

async function signInAs(url: string, password: string): Promise<Record<string, string>> {
  const signed = await ask(url, signIn, { body: { name: 'admin', password } })
  if (signed.status !== 200)
    throw new Error(`signIn answered ${signed.status} ${JSON.stringify(signed.error)}`)
  return headersOf(signed)
}

function headersOf(answer: TestAnswer<SessionView>): Record<string, string> {
  const cookie = answer.headers.getSetCookie().map((it) => it.split(';')[0])
  return { Cookie: cookie.join('; '), 'X-CSRF-Token': answer.reply.csrfToken }
}

const PRODUCT: ProductInput = {
  name: '月卡',
  description: '**三十天**',
  purchaseNote: '',
  priceCents: 100,
  deliveryKind: 'shared',
  sharedText: 'thank you',
  maxQuantity: 1,
  lowStock: 0,
  sort: 0,
  onSale: true,
  unlisted: false,
}

function sellerOf(url: string, headers: Record<string, string>): Seller {
  return {
    headers,
    async addProduct(change = {}) {
      return (await get(url, addProduct, { headers, body: { ...PRODUCT, ...change } })).id
    },
    async importKeys(id, keys) {
      await get(url, importStock, { headers, params: { id }, body: { text: keys.join('\n'), dryRun: false } })
    },
    async addCode(payload, amountCents) {
      const { refused } = await get(url, addCodes, { headers, body: { codes: [{ payload, amountCents }] } })
      if (refused.length > 0) throw new Error(`addCodes refused: ${refused[0]?.reason}`)
    },
  }
}

/** A buyer in a browser of their own. */
export function order(
  url: string,
  productId: string,
  email: string,
  channel: 'alipay' | 'wechat' = 'alipay',
) {
  return ask(url, placeOrder, { body: { productId, email, channel } })
}
