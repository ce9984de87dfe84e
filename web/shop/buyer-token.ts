/** Proof that orders are this browser's: its own token, or the key of one order that came by mail. */
import { forget, keep, recall } from '../kept.ts'

export function buyerToken(): string | undefined {
  return recall('buyer')
}

export function keepBuyerToken(token: string): void {
  keep('buyer', token)
}

export function orderKey(id: string): string | undefined {
  return recall(`key.${id}`)
}

export function keepOrderKey(id: string, key: string): void {
  keep(`key.${id}`, key)
}

/** For a key that proved nothing: the browser's own token may. */
export function forgetOrderKey(id: string): void {
  forget(`key.${id}`)
}
