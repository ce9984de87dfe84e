/** What buyers do: order, look for another channel, ask for time, give up. */
import fc from 'fast-check'
import { ShopError } from '../../core/errors.ts'
import { cancelOrder, changeChannel, extendOrder, getOrder } from '../../core/orders.ts'
import { placeOrder, type OrderWish } from '../../core/place-order.ts'
import { CHANNELS, type Channel } from '../../core/vocabulary.ts'
import type { OrderRow } from '../../sql/schema.ts'
import { SELLER } from '../support/trade.ts'
import { agree, anyOf, attempt, command, hasOrders, often, orderName, pick } from './command.ts'
import { listOutcomes, type Outcome } from './model-claims.ts'
import { hold, HOLD, LATE, priceOf, slotKey, slotsOf, TTL, type Model, type ModelOrder } from './model.ts'
import type { World } from './world.ts'

/** Eight browsers; two share an e-mail, three addresses serve them all. */
const BROWSERS = 8
const emailOf = (buyer: number) => `buyer${buyer >> 1}@example.com`
const addressOf = (buyer: number) => `10.0.0.${buyer % 3}`
const neighboursOf = (buyer: number) =>
  Array.from({ length: BROWSERS }, (_, other) => other).filter((it) => addressOf(it) === addressOf(buyer))

interface PlaceArgs {
  readonly buyer: number
  readonly product: number
  readonly channel: Channel
  readonly quantity: number
}

async function place(model: Model, world: World, args: PlaceArgs): Promise<string> {
  const { buyer, channel } = args
  const product = pick(world.products, args.product)
  const quantity = Math.min(product.most, args.quantity)
  const wish: OrderWish = {
    ...{ productId: product.id, quantity, email: emailOf(buyer), channel, locale: 'en' },
    ...{ buyerToken: `browser-${buyer}`, address: addressOf(buyer) },
  }
  const open = model.orders.filter((one) => one.state === 'pending' && one.expiresAt > model.now)
  const own = open.filter((one) => one.buyer === buyer)
  const same = own.filter(
    (one) => one.product === product && one.quantity === quantity && one.channel === channel,
  )
  const ofEmail = open.filter((one) => emailOf(one.buyer) === emailOf(buyer))
  const result = await outcomeOf(placeOrder(world.shop, wish).then(({ order }) => order))
  if (product.kind === 'keys' && model.freeKeys < quantity) return refused(result, 'out_of_stock')
  if (same.length > 0) {
    if (!same.some(({ id }) => 'order' in result && result.order.id === id)) agree(same, result)
    return `by ${buyer} finds the open order again`
  }
  if (ofEmail.length >= 2) return refused(result, 'too_many_open_orders')
  const priceCents = product.priceCents * quantity
  const claim = { channel, priceCents, neighbours: neighboursOf(buyer) }
  const outcomes = listOutcomes(model, world.accounts, claim)
  if (!('order' in result)) return refusedAmong(result, outcomes)
  const order: ModelOrder = {
    ...{ id: result.order.id, buyer, product, quantity },
    ...{ accountId: '', channel, dueCents: 0, state: 'pending', isExtended: false },
    ...{ expiresAt: model.now + TTL, lateUntil: model.now + TTL + LATE },
    ...{ expiredAt: null, cancelledAt: null, paidAt: null, paidBy: null },
  }
  model.orders.push(order)
  claimed(model, order, channel, result.order, outcomes)
  return `by ${buyer}: ${orderName(model, order.id)} of ${priceCents} on ${channel}, due ${order.dueCents}`
}

type Result = { readonly order: OrderRow } | { readonly refusal: ShopError }

async function outcomeOf(work: Promise<OrderRow>): Promise<Result> {
  return work.then(
    (order) => ({ order }),
    (error: unknown) => {
      if (error instanceof ShopError) return { refusal: error }
      throw error
    },
  )
}

function refused(result: Result, expected: string): string {
  agree(expected, 'refusal' in result ? result.refusal.code : result.order)
  return `is refused: ${expected}`
}

function refusedAmong({ refusal }: { refusal: ShopError }, outcomes: readonly Outcome[]): string {
  const details = (one: { refusal: string; details?: object }) =>
    JSON.stringify(one.refusal === 'no_free_amount' ? one : one.refusal)
  const found = details({ refusal: refusal.code, details: refusal.details })
  if (!outcomes.some((one) => 'refusal' in one && details(one) === found)) agree(outcomes, found)
  return `is refused: ${found}`
}

/** The order has what the shop gave it, which must be among what the rules allow. */
function claimed(
  model: Model,
  order: ModelOrder,
  channel: Channel,
  row: Pick<OrderRow, 'account_id' | 'due_cents'>,
  outcomes: readonly Outcome[],
): void {
  const isAllowed = outcomes.some(
    (one) => 'amounts' in one && one.accountId === row.account_id && one.amounts.includes(row.due_cents),
  )
  if (!isAllowed) agree(outcomes, row)
  Object.assign(order, { channel, accountId: row.account_id, dueCents: row.due_cents })
  const heldUntil = order.expiresAt + HOLD
  const slot = { orderId: order.id, claimedAt: model.now, heldUntil }
  model.slots.set(slotKey(row.account_id, row.due_cents), slot)
}

async function switchChannel(model: Model, world: World, which: number): Promise<string> {
  const order = pick(model.orders, which)
  const channel: Channel = order.channel === 'alipay' ? 'wechat' : 'alipay'
  const name = `${orderName(model, order.id)} to ${channel}`
  const ofChannel = world.accounts.filter((account) => account.channel === channel).map(({ id }) => id)
  const [own] = slotsOf(model, order).filter(([key]) => ofChannel.includes(key.split(' ')[0] ?? ''))
  const claim = {
    channel,
    priceCents: priceOf(order),
    neighbours: neighboursOf(order.buyer),
    orderId: order.id,
  }
  const outcomes = listOutcomes(model, world.accounts, claim)
  const isOpen = order.state === 'pending' && order.expiresAt > model.now
  const result = await outcomeOf(
    changeChannel(world.shop, order.id, channel, addressOf(order.buyer)).then(() =>
      getOrder(world.shop, order.id),
    ),
  )
  if (!isOpen) return `${name} ${refused(result, 'wrong_state')}`
  if (own) {
    const [accountId = '', cents] = own[0].split(' ')
    Object.assign(order, { channel, accountId, dueCents: Number(cents) })
    return `${name}, back to ${cents}`
  }
  if (!('order' in result)) return `${name} ${refusedAmong(result, outcomes)}`
  claimed(model, order, channel, result.order, outcomes)
  return `${name}, due ${order.dueCents}`
}

async function extend(model: Model, world: World, which: number): Promise<string> {
  const order = pick(model.orders, which)
  const may = order.state === 'pending' && order.expiresAt > model.now && !order.isExtended
  agree(may ? 'done' : 'wrong_state', await attempt(extendOrder(world.shop, order.id)))
  if (may) {
    order.isExtended = true
    order.expiresAt += TTL
    order.lateUntil = order.expiresAt + LATE
    hold(model, order, order.expiresAt + HOLD)
  }
  return `${orderName(model, order.id)}${may ? '' : ' is refused'}`
}

async function cancel(model: Model, world: World, [which, bySeller]: [number, boolean]): Promise<string> {
  const order = pick(model.orders, which)
  const may = order.state === 'pending'
  const work = cancelOrder(world.shop, order.id, bySeller ? SELLER : 'buyer')
  agree(may ? 'done' : 'wrong_state', await attempt(work))
  if (may) {
    hold(model, order, model.now + HOLD)
    order.state = 'cancelled'
    order.cancelledAt = model.now
  }
  return `${orderName(model, order.id)}${may ? '' : ' is refused'}`
}

const anyChannel = fc.constantFrom(...CHANNELS)
const wishes = fc.record({
  buyer: fc.nat({ max: BROWSERS - 1 }),
  product: fc.nat({ max: 3 }),
  channel: anyChannel,
  quantity: fc.integer({ min: 1, max: 2 }),
})

export const orderCommands = [
  ...often(14, command('place', wishes, place)),
  ...often(3, command('change channel', anyOf, switchChannel, hasOrders)),
  command('extend', anyOf, extend, hasOrders),
  command('cancel', fc.tuple(anyOf, fc.boolean()), cancel, hasOrders),
]
