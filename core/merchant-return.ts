/** The buyer's way back to the merchant's site once an order is paid, signed as its protocol wants it. */
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import { epayPaidQuery } from './callback-forms/epay.ts'
import { formEncoded, withQuery } from './callback-forms/form.ts'
import { vmqPaidQuery } from './callback-forms/vmq.ts'
import { listSigningKeys, type SigningKey } from './merchant-keys.ts'
import type { MerchantSide } from './merchant-sides.ts'
import { isTrustedReturn } from './merchants.ts'
import type { Shop } from './shop.ts'
import type { Protocol } from './vocabulary.ts'

export interface MerchantReturn {
  readonly name: string
  /** Null until it is paid, and where the merchant named no address. */
  readonly returnUrl: string | null
  /** The browser may go there by itself. */
  readonly returnTrusted: boolean
}

/** The keys are read anew, and only once it is paid: one may have been rotated or revoked a moment ago. */
export async function readMerchantReturn(
  shop: Shop,
  order: OrderRow,
  { asked, merchant }: MerchantSide,
): Promise<MerchantReturn> {
  const returnUrl = order.paid_at === null ? null : await signedReturn(shop, order, asked)
  return {
    name: merchant.name,
    returnUrl,
    returnTrusted: returnUrl !== null && isTrustedReturn(merchant, returnUrl),
  }
}

type Query = (order: OrderRow, asked: MerchantOrderRow, key: string) => string

const SIGNED: Readonly<Partial<Record<Protocol, Query>>> = {
  epay: epayPaidQuery,
  vmq: vmqPaidQuery, // the one address of the Api edition is the callback's
}

async function signedReturn(shop: Shop, order: OrderRow, asked: MerchantOrderRow): Promise<string | null> {
  const query = asked.return_url === '' ? null : await findSignedQuery(shop, order, asked)
  return query === null ? null : withQuery(asked.return_url, query)
}

/**
 * What is appended to the return address of a paid order.
 *
 * @returns null where the protocol knows no return, and when there is no key left to sign with
 */
export async function findSignedQuery(
  shop: Shop,
  order: OrderRow,
  asked: MerchantOrderRow,
): Promise<string | null> {
  if (asked.protocol === 'v1') return ownQuery(order, asked)
  const query = SIGNED[asked.protocol]
  if (!query) return null
  const key = keyFor(asked, await listSigningKeys(shop, asked.merchant_id))
  return key ? query(order, asked, key.secret) : null
}

/** Our own API signs no way back: its sites ask for the order, or wait for the webhook. */
function ownQuery(order: OrderRow, asked: MerchantOrderRow): string {
  return formEncoded([
    ['order_id', order.id],
    ['out_trade_no', asked.out_trade_no],
  ])
}

/** The key that signed the request, unless it was rotated and the site has shown since then that it has the new one. */
function keyFor(asked: MerchantOrderRow, keys: readonly SigningKey[]): SigningKey | undefined {
  const [newest] = keys
  const own = keys.find(({ id }) => id === asked.key_id)
  if (!own) return newest
  const hasNewest = own.expires_at !== null && (newest?.used_at ?? 0) > asked.created_at
  return hasNewest ? newest : own
}
