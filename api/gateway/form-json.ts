/** A JSON object of plain values, each as it was written: callers sign the characters `1.00`, not the number. */
import { fail } from '../../core/errors.ts'

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** @returns strings without their quotes, numbers and booleans as they stand; no `null`, nothing nested. */
export function* decodeJson(body: Buffer): Generator<readonly [string, Buffer]> {
  for (const [name, value] of Object.entries(readObject(body.toString('utf8')))) {
    if (typeof value === 'string' || typeof value === 'boolean') yield [name, Buffer.from(String(value))]
  }
}

/** Numbers have become strings. @throws ShopError `bad_input` */
function readObject(text: string): Readonly<Record<string, unknown>> {
  const plain = text.replace(/^\ufeff/, '')
  try {
    JSON.parse(plain) // numbers are put in quotes only where they are right
    const value: unknown = JSON.parse(plain.replace(TOKEN, (one) => (one.startsWith('"') ? one : `"${one}"`)))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // said below
  }
  return fail('bad_input', { field: 'body' })
}
