/** Test orders that the seller places in the place of a merchant's site, to see what its callbacks do there. */
import { customAlphabet } from 'nanoid'
import type { MerchantRow } from '../sql/schema.ts'
import { fail } from './errors.ts'
import { listSigningKeys } from './merchant-keys.ts'
import { placeMerchantOrder, type PlacedMerchantOrder } from './merchant-orders.ts'
import { formatYuan } from './money.ts'
import type { Shop } from './shop.ts'
import type { Channel, Locale, Protocol } from './vocabulary.ts'

export interface SandboxWish {
  readonly protocol: Protocol
  readonly amountCents: number
  readonly channel?: Channel | undefined
  readonly subject: string
  /** Empty: nobody is told. */
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly locale: Locale
}

/** No site gives its own orders such numbers: a callback of a test must never be taken for one of them. */
const newNumber = customAlphabet('0123456789', 12)

/**
 * As if its site had asked, in the words of the protocol, so that the callback is written and signed as always.
 *
 * @throws ShopError `merchant_key_needed` without a key that could sign, and what placeMerchantOrder refuses
 */
export async function placeSandboxOrder(
  shop: Shop,
  merchant: MerchantRow,
  wish: SandboxWish,
): Promise<PlacedMerchantOrder> {
  const [key] = await listSigningKeys(shop, merchant.id)
  if (wish.protocol !== 'v1' && !key) fail('merchant_key_needed')
  return placeMerchantOrder(shop, {
    ...wish,
    merchant,
    mode: 'test',
    keyId: wish.protocol === 'v1' ? null : (key?.id ?? null),
    outTradeNo: `TEST${newNumber()}`,
    request: REQUESTS[wish.protocol](merchant, wish),
    lasting: [],
  })
}

type Request = Readonly<Record<string, string>>

/** What a site would have sent, as far as its callback repeats it. */
const REQUESTS: Readonly<Record<Protocol, (merchant: MerchantRow, wish: SandboxWish) => Request>> = {
  epay: (merchant, { subject, amountCents, channel }) => ({
    pid: String(merchant.pid),
    name: subject,
    money: formatYuan(amountCents),
    ...(channel && { type: channel === 'wechat' ? 'wxpay' : 'alipay' }),
  }),
  vmq: (_, { channel }) => ({ param: '', ...(channel && { type: channel === 'wechat' ? '1' : '2' }) }),
  api_edition: (_, { amountCents }) => ({ order_price: formatYuan(amountCents), extension: '' }),
  v1: () => ({}),
}
