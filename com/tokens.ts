import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** @returns a secret that cannot be guessed, base64url: 32 bytes are 43 characters. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** What is stored in a token's place: SHA-256, lower-case hex. Only for random tokens, never for passwords. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Compares in a time that tells nothing about either text, whatever their lengths. */
export function safeEqual(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

const WELL_KNOWN_SECRETS = new Set([
  '0123456789abcdef',
  '1234567890abcdef',
  '1234567890123456',
  'abcdefghijklmnop',
  'changemechangeme',
  'passwordpassword',
  'qwertyuiopasdfgh',
  'secretsecretsecret',
  'thisisasecretkey',
  'your-secret-key-here',
])

/** Whether a signing secret is too easy: under 16 characters, well-known, or made of three letters or fewer. */
export function isWeakSecret(text: string): boolean {
  return text.length < 16 || new Set(text).size < 4 || WELL_KNOWN_SECRETS.has(text.toLowerCase())
}
