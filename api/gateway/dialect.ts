/**
 * V免签 and the Api edition: whatever comes is answered in their words. Their clients look at the body and read none
 * that has another status, so a refusal and a fault have status 200 too.
 */
import type { Context, Middleware } from 'koa'
import { nanoid } from 'nanoid'
import type { RefusalCode, RefusalDetails } from '../../core/errors.ts'
import { findSigningKey } from '../../core/merchant-keys.ts'
import { findDefaultMerchant, findMerchant } from '../../core/merchants.ts'
import type { Shop } from '../../core/shop.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import { asRefusal, findWait } from '../errors.ts'
import { addressOf } from '../reader.ts'
import { sentenceFor } from '../sentences.ts'
import type { FlatForm } from './flat-form.ts'

/** A refusal in the words of the protocol itself. */
export class DialectError extends Error {}

export function say(sentence: string): never {
  throw new DialectError(sentence)
}

export interface Refused {
  readonly sentence: string
  readonly details: RefusalDetails
}

export interface Dialect {
  readonly methods: readonly string[]
  /** In the place of the shop's own sentences. */
  readonly sentences: Readonly<Partial<Record<RefusalCode, string>>>
  /** The body that says so. */
  refused(refused: Refused, ctx: Context): unknown
}

/** @param work answers the body; undefined when it has answered by itself. */
export function inDialect(
  shop: Shop,
  dialect: Dialect,
  work: (ctx: Context) => Promise<unknown>,
): Middleware {
  return async function speak(ctx) {
    ctx.set('Cache-Control', 'no-store')
    try {
      const answer = dialect.methods.includes(ctx.method) ? await work(ctx) : say('不支持这种请求方式。')
      if (answer !== undefined) ctx.body = answer
    } catch (error) {
      const refused = refusedBy(shop, dialect, ctx, error)
      ctx.status = 200
      ctx.body = dialect.refused(refused, ctx)
    }
  }
}

function refusedBy(shop: Shop, dialect: Dialect, ctx: Context, error: unknown): Refused {
  if (error instanceof DialectError) return { sentence: error.message, details: {} }
  const refusal = asRefusal(error)
  if (!refusal) return faultOf(shop, ctx, error)
  const { code, details } = refusal
  const wait = findWait(code, details)
  if (wait !== undefined) ctx.set('Retry-After', String(wait))
  return { details, sentence: dialect.sentences[code] ?? sentenceFor(code, details, 'zh-CN') }
}

function faultOf(shop: Shop, ctx: Context, error: unknown): Refused {
  const details = { requestId: nanoid(10) }
  shop.log.error({ ...details, method: ctx.method, path: ctx.path, err: error }, 'a request failed')
  return { details, sentence: sentenceFor('fault', details, 'zh-CN') }
}

/** The merchant of the path, and at the root the one that answers there. */
export async function merchantAt(shop: Shop, pid: string | undefined): Promise<MerchantRow> {
  const merchant = await (pid === undefined ? findDefaultMerchant(shop) : findMerchant(shop, pid))
  return merchant ?? say('商户不存在或已停用')
}

/** One way in which a request may be signed. */
export interface SignedForm {
  /** What is covered, a character for each byte. */
  readonly text: string
  /** Lower-case hex. */
  signed(secret: string): string
}

/** Which key of the merchant signed, and what. */
export async function requireSign(
  { shop, ctx, merchant, sent }: { shop: Shop; ctx: Context; merchant: MerchantRow; sent: Sent },
  forms: readonly SignedForm[],
  wrong: string,
): Promise<{ readonly keyId: string; readonly text: string }> {
  const sign = sent.text('sign').trim()
  const key = await findSigningKey(shop, merchant.id, sign, ...forms.map(({ signed }) => signed))
  const form = key && forms[key.way]
  if (key && form) return { keyId: key.id, text: form.text }
  shop.log.warn(
    { address: addressOf(ctx), path: ctx.path, pid: merchant.pid },
    'a bad signature of a merchant',
  )
  return say(wrong)
}

/** What came, by name: empty where nothing did. */
export interface Sent {
  has(name: string): boolean
  /** As it came, which is what signatures are made of. */
  bytes(name: string): Buffer
  text(name: string): string
}

/** @param forms of those that have a name the first counts. */
export function sentIn(...forms: readonly FlatForm[]): Sent {
  const bytes = new Map(forms.toReversed().flatMap((form) => [...form.entries()]))
  return {
    has: (name) => bytes.has(name),
    bytes: (name) => bytes.get(name) ?? Buffer.alloc(0),
    text: (name) => forms.find((form) => form.has(name))?.text(name) ?? '',
  }
}
