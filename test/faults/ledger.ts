/** What the outside world was told: whatever is written here must still be true after any fault. */
import type { Channel } from '../../core/vocabulary.ts'
import type { MerchantSite } from './merchant-site.ts'

export interface PlacedOrder {
  readonly id: string
  readonly email: string
  readonly channel: Channel
  readonly dueCents: number
  readonly quantity: number
  readonly hasKeys: boolean
  /** Proof that the order is this buyer's. */
  readonly headers: Readonly<Record<string, string>>
}

/** One report of the phone. Each comes from an address of its own, by which its row is found. */
export interface Push {
  readonly address: string
  readonly price: string
  readonly type: Channel
  /** The order whose buyer paid; null when nobody's did. */
  readonly orderId: string | null
  /** Unix ms. */
  readonly sentAt: number
  /** Code and text of the answer; null while there is none, and for ever when the connection ended. */
  answer: { readonly code: number; readonly msg: string } | null
}

export interface Ledger {
  /** Every order that was answered with 201. */
  readonly orders: Map<string, PlacedOrder>
  /** Every push that was sent. */
  readonly pushes: Push[]
  /** Goods that a page showed, with the order that it showed them for. */
  readonly seen: Map<string, Set<string>>
  readonly sites: MerchantSite[]
  /** Moments, Unix ms, at which something may have been said and not been heard, or not been noted. */
  readonly breaks: number[]
  addPush(push: Omit<Push, 'address' | 'answer' | 'sentAt'>): Push
}

export function createLedger(): Ledger {
  const pushes: Push[] = []
  return {
    orders: new Map(),
    pushes,
    seen: new Map(),
    sites: [],
    breaks: [],
    addPush(push) {
      const n = pushes.length
      const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`
      const made: Push = { ...push, address, sentAt: Date.now(), answer: null }
      pushes.push(made)
      return made
    },
  }
}

export function acceptedPushes(ledger: Ledger): Push[] {
  return ledger.pushes.filter((push) => push.answer?.code === 1)
}
