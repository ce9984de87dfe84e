/** A merchant of a test shop, with a key of the older protocols. */
import { nanoid } from 'nanoid'
import { addMerchantKey } from '../../core/merchant-keys.ts'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { MerchantWish } from '../../core/merchant-wish.ts'
import { addMerchant, type MerchantInput } from '../../core/merchants.ts'
import type { MerchantKeyKind } from '../../core/vocabulary.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import type { Shop } from '../../core/shop.ts'
import { SELLER } from './trade.ts'

export interface TestMerchant {
  readonly merchant: MerchantRow
  readonly keyId: string
  /** The md5 key. */
  readonly key: string
  addKey(kind: MerchantKeyKind): Promise<string>
  /** Asked for by nobody's protocol in particular, at a price that no other order of this merchant has. */
  place(change?: Partial<MerchantWish> & { readonly in?: Shop }): ReturnType<typeof placeMerchantOrder>
}

const INPUT: MerchantInput = {
  name: '示例网店',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: [],
  callbackMethod: 'GET',
  showQrcode: false,
  ordersPerMinute: 0,
}

export async function openMerchant(shop: Shop, change: Partial<MerchantInput> = {}): Promise<TestMerchant> {
  const merchant = await addMerchant(shop, { ...INPUT, ...change }, SELLER)
  const md5 = await addMerchantKey(shop, merchant.id, { kind: 'md5', name: '' }, SELLER)
  let amountCents = 50_000
  return {
    merchant,
    keyId: md5.key.id,
    key: md5.secret,
    addKey: async (kind) => (await addMerchantKey(shop, merchant.id, { kind, name: '' }, SELLER)).secret,
    place({ in: where = shop, ...wish } = {}) {
      amountCents += 1_000
      return placeMerchantOrder(where, {
        merchant,
        protocol: 'epay',
        mode: 'live',
        keyId: md5.key.id,
        outTradeNo: nanoid(16),
        subject: 'VIP会员',
        amountCents,
        channel: 'alipay',
        notifyUrl: 'https://shop.example.com/notify',
        returnUrl: 'https://shop.example.com/return',
        request: { pid: String(merchant.pid), type: 'alipay', name: 'VIP会员', money: '1.00' },
        lasting: ['VIP会员'],
        ...wish,
      })
    },
  }
}
