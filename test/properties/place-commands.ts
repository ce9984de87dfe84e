/** Buyers who order: one after the other, or two in the same moment. */
import fc from 'fast-check'
import { placeOrder } from '../../core/place-order.ts'
import { CHANNELS, type Channel } from '../../core/vocabulary.ts'
import { agree, command, often, orderName, pick } from './command.ts'
import { claimed, refused, refusedAmong, resultOf, type Result } from './given.ts'
import { listOutcomes, type Outcome } from './model-claims.ts'
import { HOLD, LATE, slotKey, TTL, type Model, type ModelOrder, type ModelProduct } from './model.ts'
import type { World } from './world.ts'

/** Eight browsers; two share an e-mail, three addresses serve them all. */
const BROWSERS = 8
const emailOf = (buyer: number) => `buyer${buyer >> 1}@example.com`
export const addressOf = (buyer: number) => `10.0.0.${buyer % 3}`
export const neighboursOf = (buyer: number) =>
  Array.from({ length: BROWSERS }, (_, other) => other).filter((it) => addressOf(it) === addressOf(buyer))

interface Basket {
  readonly buyer: number
  readonly product: ModelProduct
  readonly channel: Channel
  readonly quantity: number
}

function ask(world: World, { buyer, product, channel, quantity }: Basket): Promise<Result> {
  const browser = { buyerToken: `browser-${buyer}`, address: addressOf(buyer), email: emailOf(buyer) }
  const wish = { ...browser, productId: product.id, quantity, channel, locale: 'en' as const }
  return resultOf(placeOrder(world.shop, wish).then(({ order }) => order))
}

type Expected =
  | { readonly refusal: string }
  | { readonly same: readonly string[] }
  | { readonly outcomes: readonly Outcome[] }

function expect(model: Model, world: World, { buyer, product, channel, quantity }: Basket): Expected {
  if (product.kind === 'keys' && model.freeKeys < quantity) return { refusal: 'out_of_stock' }
  const open = model.orders.filter((one) => one.state === 'pending' && one.expiresAt > model.now)
  const isSame = (one: ModelOrder) =>
    one.buyer === buyer && one.product === product && one.quantity === quantity && one.channel === channel
  const same = open.filter(isSame).map(({ id }) => id)
  if (same.length > 0) return { same }
  const ofEmail = open.filter((one) => emailOf(one.buyer) === emailOf(buyer))
  if (ofEmail.length >= 2) return { refusal: 'too_many_open_orders' }
  const claim = { channel, priceCents: product.priceCents * quantity, neighbours: neighboursOf(buyer) }
  return { outcomes: listOutcomes(model, world.accounts, claim) }
}

function follow(model: Model, basket: Basket, expected: Expected, result: Result): string {
  const { buyer, product, channel, quantity } = basket
  if ('refusal' in expected) return refused(result, expected.refusal)
  if ('same' in expected) {
    const isAmong = 'order' in result && expected.same.includes(result.order.id)
    if (!isAmong) agree(expected.same, result)
    return `by ${buyer} finds the open order again`
  }
  if (!('order' in result)) return refusedAmong(result, expected.outcomes)
  const order: ModelOrder = {
    ...{ id: result.order.id, buyer, product, quantity },
    ...{ accountId: '', channel, dueCents: 0, state: 'pending', isExtended: false },
    ...{ expiresAt: model.now + TTL, lateUntil: model.now + TTL + LATE },
    ...{ expiredAt: null, cancelledAt: null, paidAt: null, paidBy: null },
  }
  model.orders.push(order)
  claimed(model, order, channel, result.order, expected.outcomes)
  const price = product.priceCents * quantity
  return `by ${buyer}: ${orderName(model, order.id)} of ${price} on ${channel}, due ${order.dueCents}`
}

interface PlaceArgs {
  readonly buyer: number
  readonly product: number
  readonly channel: Channel
  readonly quantity: number
}

function basketOf(world: World, args: PlaceArgs): Basket {
  const product = pick(world.products, args.product)
  return { ...args, product, quantity: Math.min(product.most, args.quantity) }
}

async function place(model: Model, world: World, args: PlaceArgs): Promise<string> {
  const basket = basketOf(world, args)
  const expected = expect(model, world, basket)
  return follow(model, basket, expected, await ask(world, basket))
}

/** Two strangers want the same: each may come before or after the other, but they get two amounts. */
async function placeAtOnce(model: Model, world: World, args: PlaceArgs): Promise<string> {
  const one = basketOf(world, args)
  const two = { ...one, buyer: (one.buyer + 4) % BROWSERS }
  const [first, second] = await Promise.all([ask(world, one), ask(world, two)])
  const expected = [eitherWay(model, world, one, second), eitherWay(model, world, two, first)] as const
  return `${follow(model, one, expected[0], first)} and ${follow(model, two, expected[1], second)}`
}

function eitherWay(model: Model, world: World, basket: Basket, other: Result): Expected {
  const before = expect(model, world, basket)
  if (!('order' in other) || !('outcomes' in before)) return before
  const key = slotKey(other.order.account_id, other.order.due_cents)
  const taken = { orderId: other.order.id, claimedAt: model.now, heldUntil: other.order.expires_at + HOLD }
  const after = expect({ ...model, slots: new Map(model.slots).set(key, taken) }, world, basket)
  return 'outcomes' in after ? { outcomes: [...before.outcomes, ...after.outcomes] } : before
}

/** Which of the products, counted from the last: the one whose stock runs short more often. */
const KEYS = 2

const wishes = fc.record({
  buyer: fc.nat({ max: BROWSERS - 1 }),
  product: fc.constantFrom(0, 1, KEYS, KEYS, KEYS, 3),
  channel: fc.constantFrom(...CHANNELS),
  quantity: fc.integer({ min: 1, max: 2 }),
})

export const placeCommands = [
  ...often(11, command('place', wishes, place)),
  ...often(3, command('place at once', wishes, placeAtOnce)),
]
