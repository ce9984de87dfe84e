/** What a visitor sees before ordering. */
import * as z from 'zod/mini'
import { DELIVERY_KINDS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Amount, Channel, Id, IdParams, Time } from './words.ts'

/** `unknown`: no listener that reports its heartbeat is configured, so silence says nothing. */
export const ListenerState = z.enum(['online', 'offline', 'unknown'])

export const ShopView = z.object({
  name: z.string(),
  notice: z.string(),
  contact: z.string(),
  /** `#rrggbb` */
  brandColor: z.string(),
  channels: z.array(Channel),
  /** Letters go out. Without a mail server buyers get none, and are promised none. */
  mails: z.boolean(),
  listener: ListenerState,
  serverTime: Time,
})
export type ShopView = z.output<typeof ShopView>

export const ProductCard = z.object({
  id: Id,
  name: z.string(),
  priceCents: Amount,
  inStock: z.boolean(),
})
export type ProductCard = z.output<typeof ProductCard>

export const ProductView = z.extend(ProductCard, {
  /** Sanitised. */
  descriptionHtml: z.string(),
  purchaseNote: z.string(),
  deliveryKind: z.enum(DELIVERY_KINDS),
  /** Card keys left; null where there is nothing to count. */
  stock: z.nullable(z.int()),
  /** What one order may ask for, stock included; 0 when sold out. */
  maxQuantity: z.int(),
  onSale: z.boolean(),
  /** Channels on which this price can be paid. */
  channels: z.array(Channel),
})
export type ProductView = z.output<typeof ProductView>

export const showShop = operation({
  id: 'showShop',
  method: 'GET',
  path: '/api/shop',
  summary: 'Name, notice and channels of the shop, and the time by its clock.',
  audience: 'anyone',
  reply: ShopView,
  refusals: [],
})

export const listProducts = operation({
  id: 'listProducts',
  method: 'GET',
  path: '/api/products',
  summary: 'Products on sale that are not unlisted, in the order the seller chose.',
  audience: 'anyone',
  reply: z.object({ products: z.array(ProductCard) }),
  refusals: [],
})

export const showProduct = operation({
  id: 'showProduct',
  method: 'GET',
  path: '/api/products/:id',
  summary: 'One product, also when it is unlisted or off the shelf.',
  audience: 'anyone',
  params: IdParams,
  reply: ProductView,
  refusals: ['product_not_found'],
})
