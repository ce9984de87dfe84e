/** Trade in a test shop: products at prices that no other test uses, buyers, and money that arrives. */
import { nanoid } from 'nanoid'
import { addCodes } from '../../core/codes.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import type { JobHandlers } from '../../core/jobs.ts'
import { recordPayment, type Notice, type Recorded } from '../../core/payments.ts'
import { placeOrder, type OrderWish, type PlacedOrder } from '../../core/place-order.ts'
import { addProduct, type ProductInput } from '../../core/products.ts'
import { importStock } from '../../core/stock-import.ts'
import { dayOf, startOfDay } from '../../core/time-zone.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { OrderRow } from '../../sql/schema.ts'
import type { TestShop } from './shop.ts'

export const SELLER = { name: 'admin', address: '192.0.2.1' }

/** Three attempts: at once, after a minute, after two. */
export const MAIL_SCHEDULE = [0, 60_000, 120_000]

/** No test of the shop's own trade calls a merchant's site. */
export const HANDLERS: JobHandlers = createJobHandlers(MAIL_SCHEDULE, {
  scheduleMs: MAIL_SCHEDULE,
  call: () => Promise.reject(new Error('no site is called here')),
})

/** Free-amount codes: any amount of any price can be shown. */
const CODES = [
  { payload: `wxp://f2f0${'a'.repeat(32)}`, amountCents: null },
  { payload: 'https://qr.alipay.com/fkx10000examplecode0001', amountCents: null },
]

export interface Trade {
  readonly accounts: Readonly<Record<Channel, string>>
  readonly listenerId: string
  /** Its price pool overlaps with no other product's. @returns its id. */
  addProduct(change?: Partial<ProductInput>, keys?: readonly string[]): Promise<string>
  /** By a buyer whom nobody has seen before, unless the wish says otherwise. */
  place(productId: string, wish?: Partial<OrderWish>): Promise<PlacedOrder>
  order(productId: string, wish?: Partial<OrderWish>): Promise<OrderRow>
  /** Money for exactly what the order shows. */
  noticeFor(order: OrderRow, change?: Partial<Notice>): Notice
  pay(order: OrderRow, change?: Partial<Notice>): Promise<Recorded>
  read(orderId: string): Promise<OrderRow>
}

export async function openTrade(shop: TestShop): Promise<Trade> {
  await addCodes(shop, CODES, SELLER)
  const rows = await shop.db.selectFrom('accounts').select(['id', 'channel']).execute()
  const accounts = Object.fromEntries(rows.map((row) => [row.channel, row.id])) as Record<Channel, string>
  const listener = await shop.db.selectFrom('listeners').select('id').executeTakeFirstOrThrow()
  let priceCents = 1_000
  let buyers = 0

  const trade: Trade = {
    accounts,
    listenerId: listener.id,
    async addProduct(change = {}, keys = []) {
      priceCents += 1_000
      const { id } = await addProduct(shop, { ...PRODUCT, priceCents, ...change }, SELLER)
      if (keys.length > 0) await importStock(shop, id, keys.join('\n'), { dryRun: false, actor: SELLER })
      return id
    },
    async place(productId, wish = {}) {
      buyers += 1
      return placeOrder(shop, {
        productId,
        quantity: 1,
        email: `buyer${buyers}@example.com`,
        channel: 'alipay',
        locale: 'en',
        address: `10.${buyers >> 16}.${(buyers >> 8) & 255}.${buyers & 255}`,
        ...wish,
      })
    },
    order: async (productId, wish) => (await trade.place(productId, wish)).order,
    noticeFor: (order, change = {}) => ({
      paymentId: nanoid(),
      listenerId: listener.id,
      rawPrice: (order.due_cents / 100).toFixed(2),
      rawType: order.channel,
      money: { accountId: order.account_id, channel: order.channel, amountCents: order.due_cents },
      address: '198.51.100.7',
      ...change,
    }),
    pay: (order, change) => recordPayment(shop, trade.noticeFor(order, change)),
    read: (id) => shop.db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  }
  return trade
}

/** Away from midnight, for tests of what belongs to a day. */
export function advanceToNoon(shop: TestShop): void {
  const noon =
    startOfDay(dayOf(shop.now(), shop.settings.current.timeZone), shop.settings.current.timeZone) + DAY_MS / 2
  shop.advance((noon - shop.now() + DAY_MS) % DAY_MS)
}

const DAY_MS = 86_400_000

const PRODUCT: Omit<ProductInput, 'priceCents'> = {
  name: '月卡',
  description: '',
  purchaseNote: '',
  deliveryKind: 'shared',
  sharedText: 'thank you',
  maxQuantity: 10,
  lowStock: 0,
  sort: 0,
  onSale: true,
  unlisted: false,
}
