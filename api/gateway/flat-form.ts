/**
 * What a merchant's site sends, read flat and with bounds. Values stay the bytes that they were, because signatures
 * are made over them: shops that write GBK are among the callers.
 */
import type { Context } from 'koa'
import { fail } from '../../core/errors.ts'
import { decodePairs } from './form-pairs.ts'
import { decodeParts } from './form-parts.ts'
import { decodeJson } from './form-json.ts'

const MAX_BYTES = 64 * 1024

/** So much is read and dropped of a body that is too large, so that whoever sent it hears the answer. */
const MAX_DROPPED = 1024 * 1024

const MAX_FIELDS = 64

/** No form begins with it. */
const BRACE = 0x7b

/** Each name once, the last one said; names such as `k[]` and `k[x]` are left out, as are files. */
export interface FlatForm {
  entries(): Iterable<readonly [string, Buffer]>
  has(name: string): boolean
  /** UTF-8, and GBK where it is not valid UTF-8. */
  text(name: string): string | undefined
}

export interface GatewayRequest {
  readonly query: FlatForm
  /** Empty for GET. */
  readonly body: FlatForm
}

/**
 * Forms, whether url-encoded or multipart; JSON only where the protocol has it.
 *
 * @throws ShopError `too_large`, `bad_input` for more than 64 fields, broken JSON or multipart, or a body cut short
 */
export async function readGateway(ctx: Context, { json = false } = {}): Promise<GatewayRequest> {
  const query = flatForm(decodePairs(ctx.querystring))
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return { query, body: flatForm([]) }
  return { query, body: formOf(ctx, await readBody(ctx), json) }
}

/** @throws ShopError as `readGateway` does */
export function formOf(ctx: Context, bytes: Buffer, json: boolean): FlatForm {
  return flatForm(pairsOf(ctx, bytes, json))
}

type Pairs = Iterable<readonly [string, Buffer]>

/** Scripts forget the content type, or name a wrong one: what is nothing else is a form. */
function pairsOf(ctx: Context, bytes: Buffer, json: boolean): Pairs {
  const type = ctx.get('Content-Type')
  if (/^\s*multipart\/form-data\b/i.test(type)) return decodeParts(bytes, type)
  if (json && (/^\s*application\/([\w.-]+\+)?json\b/i.test(type) || bytes[0] === BRACE))
    return decodeJson(bytes)
  return decodePairs(bytes.toString('latin1'))
}

function flatForm(pairs: Pairs): FlatForm {
  const fields = new Map<string, Buffer>()
  for (const [name, value] of pairs) {
    if (name === '' || name.includes('[')) continue
    fields.set(name, value)
    if (fields.size > MAX_FIELDS) fail('bad_input', { field: 'body' })
  }
  return {
    entries: () => fields.entries(),
    has: (name) => fields.has(name),
    text(name) {
      const value = fields.get(name)
      return value && decodeText(value)
    },
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8, and GBK where it is not valid UTF-8. */
export function decodeText(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    return new TextDecoder('gbk').decode(bytes)
  }
}

/** @throws ShopError `too_large`, `bad_input` for a body cut short */
export async function readBody(ctx: Context): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= MAX_BYTES) chunks.push(chunk)
      if (size > MAX_DROPPED) break
    }
  } catch {
    fail('bad_input', { field: 'body' }) // whoever sent it went away
  }
  if (size <= MAX_BYTES) return Buffer.concat(chunks)
  ctx.set('Connection', 'close') // what was not read would stand in the way of the next request
  return fail('too_large')
}
