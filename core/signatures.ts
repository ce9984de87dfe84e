/** How listeners sign. MD5 is the choice of the older protocols, not ours. */
import { createHash, createHmac } from 'node:crypto'

/** What a secret makes of the text that a message carries. */
export type Signature = (secret: string) => string

/** The project's own protocol: lower-case hex. */
export function ownSignature(text: string): Signature {
  const inner = md5(text)
  return (secret) => md5(inner + secret)
}

/** Its newer form. @param parts what stands behind `v2`, in the order of the protocol. */
export function newerSignature(...parts: readonly string[]): Signature {
  const text = ['v2', ...parts].join('|')
  return (secret) => createHmac('sha256', secret).update(text).digest('hex')
}

/** The V免签 app: its fields as they stand, without anything between them. */
export function vmqSignature(...fields: readonly string[]): Signature {
  const text = fields.join('')
  return (secret) => md5(text + secret)
}

/** SmsForwarder: over its time and the secret itself, and nothing of the content; base64. */
export function forwarderSignature(timestamp: string): Signature {
  return (secret) => createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** A name of fixed length for what may be long or secret: SHA-256, hex. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
