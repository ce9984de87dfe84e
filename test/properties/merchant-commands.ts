/** A merchant's site that asks for orders by numbers of its own: again and again, after their end, twice at once. */
import fc from 'fast-check'
import { findMerchantOrder } from '../../core/asked-orders.ts'
import { closeMerchantOrder, placeMerchantOrder } from '../../core/merchant-orders.ts'
import { CHANNELS, type Channel } from '../../core/vocabulary.ts'
import type { OrderRow } from '../../sql/schema.ts'
import { agree, attempt, command, often, orderName } from './command.ts'
import { claimed, refused, refusedAmong, resultOf, type Result } from './given.ts'
import { listOutcomes, type Outcome } from './model-claims.ts'
import { hold, HOLD, LATE, slotsOf, TTL, type Model, type ModelOrder } from './model.ts'
import type { World } from './world.ts'

/** Prices by number; the pools are those of the shop's own products. */
const PRICES = [100, 95, 105, 3, 100, 100] as const

/** Nobody's browser. */
const NOBODY = -1

interface Ask {
  readonly number: number
  /** Undefined: the buyer chooses. */
  readonly channel: Channel | undefined
}

function priceAt(number: number): number {
  return PRICES[number] ?? 100
}

function ask({ shop, merchant }: World, { number, channel }: Ask): Promise<Result> {
  const wish = {
    merchant,
    protocol: number % 2 === 0 ? ('v1' as const) : ('epay' as const),
    mode: 'live' as const,
    keyId: null,
    outTradeNo: `N${number}`,
    subject: 'goods',
    amountCents: priceAt(number),
    channel,
    notifyUrl: 'https://shop.example.com/notify',
    returnUrl: '',
    request: {},
    lasting: [],
  }
  return resultOf(placeMerchantOrder(shop, wish).then(({ order }) => order))
}

function findOrder(model: Model, number: number): ModelOrder | undefined {
  return model.orders.find((order) => order.number === number)
}

function follow(model: Model, world: World, wish: Ask, result: Result): string {
  const known = findOrder(model, wish.number)
  if (!known) return placed(model, world, wish, result)
  const name = orderName(model, known.id)
  if (known.paidAt !== null) return `${name} ${refused(result, 'order_paid')}`
  if (known.state === 'cancelled') return `${name} ${refused(result, 'wrong_state')}`
  const isOpen = known.state === 'pending' && known.expiresAt > model.now
  return `${name} ${isOpen ? goesOn(model, world, wish, known, result) : reopened(model, world, wish, known, result)}`
}

function placed(model: Model, world: World, wish: Ask, result: Result): string {
  const outcomes = outcomesOf(model, world, wish, CHANNELS[0])
  if (!('order' in result)) return `number ${wish.number} ${refusedAmong(result, outcomes)}`
  const order: ModelOrder = {
    ...{ id: result.order.id, number: wish.number, buyer: NOBODY, quantity: 1 },
    product: { id: '', priceCents: priceAt(wish.number), kind: 'manual', most: 1 },
    ...{ accountId: '', channel: 'wechat', dueCents: 0, state: 'pending', isExtended: false },
    ...{ expiresAt: model.now + TTL, lateUntil: model.now + TTL + LATE },
    ...{ expiredAt: null, cancelledAt: null, paidAt: null, paidBy: null },
    isFixed: wish.channel !== undefined,
  }
  model.orders.push(order)
  claimed(model, order, result.order.channel, result.order, outcomes)
  return `number ${wish.number}: ${orderName(model, order.id)} of ${priceAt(wish.number)}, due ${order.dueCents}`
}

/** The same order, on the channel that is named now. */
function goesOn(model: Model, world: World, wish: Ask, order: ModelOrder, result: Result): string {
  const { channel } = wish
  if (channel === undefined || channel === order.channel) {
    agree(order.id, 'order' in result ? result.order.id : result.refusal.code)
  } else {
    const outcomes = outcomesOf(model, world, wish, channel)
    if (!takesOwn(model, world, order, channel, result)) {
      if (!('order' in result)) return refusedAmong(result, outcomes)
      claimed(model, order, channel, result.order, outcomes)
    }
  }
  order.isFixed = channel !== undefined
  return `goes on, due ${order.dueCents}`
}

/** A fresh time; its amount while that is still its own, else a fresh one. All that it holds it keeps as long. */
function reopened(model: Model, world: World, wish: Ask, order: ModelOrder, result: Result): string {
  const outcomes = outcomesOf(model, world, wish, order.channel, order)
  if (!('order' in result)) return refusedAmong(result, outcomes)
  const { channel } = result.order
  const [expiresAt, lateUntil] = [model.now + TTL, model.now + TTL + LATE]
  const life = { state: 'pending', isExtended: false, expiredAt: null, expiresAt, lateUntil } as const
  const isOwn = takesOwn(model, world, order, channel, result)
  Object.assign(order, life, { isFixed: wish.channel !== undefined })
  if (!isOwn) claimed(model, order, channel, result.order, outcomes)
  hold(model, order, expiresAt + HOLD)
  return `comes back, due ${order.dueCents}`
}

/** @returns whether the order has an amount of its own on this channel, which it must then be given. */
function takesOwn(model: Model, world: World, order: ModelOrder, channel: Channel, result: Result): boolean {
  const own = ownOn(model, world, order, channel)
  if (own.length === 0) return false
  const got = 'order' in result ? keyOf(result.order) : result.refusal.code
  if (!own.includes(got)) agree(own, got)
  const [accountId = '', cents] = got.split(' ')
  Object.assign(order, { channel, accountId, dueCents: Number(cents) })
  return true
}

function keyOf({ account_id: accountId, due_cents: dueCents }: OrderRow): string {
  return `${accountId} ${dueCents}`
}

function ownOn(model: Model, world: World, order: ModelOrder, channel: Channel): string[] {
  const ofChannel = world.accounts.filter((account) => account.channel === channel).map(({ id }) => id)
  return slotsOf(model, order)
    .map(([key]) => key)
    .filter((key) => ofChannel.includes(key.split(' ')[0] ?? ''))
}

/** On the named channel; else the likely one, and the other where that one is full. */
function outcomesOf(
  model: Model,
  world: World,
  { number, channel }: Ask,
  likely: Channel,
  ended?: ModelOrder,
): Outcome[] {
  const on = (one: Channel) =>
    listOutcomes(model, world.accounts, { channel: one, priceCents: priceAt(number), neighbours: [] })
  if (channel !== undefined) return on(channel)
  const hasRoom = (one: Channel) =>
    (ended && ownOn(model, world, ended, one).length > 0) || on(one).some((outcome) => 'amounts' in outcome)
  const other = CHANNELS.find((one) => one !== likely) ?? likely
  return hasRoom(likely) || !hasRoom(other) ? on(likely) : on(other)
}

async function askOnce(model: Model, world: World, wish: Ask): Promise<string> {
  return follow(model, world, wish, await ask(world, wish))
}

/** The site does not wait for the first answer: one number, one order. */
async function askTwice(model: Model, world: World, wish: Ask): Promise<string> {
  const [first, second] = await Promise.all([ask(world, wish), ask(world, wish)])
  return `${follow(model, world, wish, first)} and ${follow(model, world, wish, second)}`
}

async function close(model: Model, world: World, number: number): Promise<string> {
  const order = findOrder(model, number)
  const found = await findMerchantOrder(world.shop, { ...world, mode: 'live', outTradeNo: `N${number}` })
  agree(order?.id, found?.order.id)
  if (!order || !found) return `number ${number}: nobody asked for it`
  const may = order.state === 'pending'
  agree(may ? 'done' : 'wrong_state', await attempt(closeMerchantOrder(world.shop, found)))
  if (!may) return `${orderName(model, order.id)} is refused`
  hold(model, order, model.now + HOLD)
  Object.assign(order, { state: 'cancelled', cancelledAt: model.now })
  return orderName(model, order.id)
}

const numbers = fc.nat({ max: PRICES.length - 1 })
const asks = fc.record({ number: numbers, channel: fc.constantFrom(undefined, ...CHANNELS) })

export const merchantCommands = [
  ...often(7, command('a site asks', asks, askOnce)),
  ...often(2, command('a site asks twice at once', asks, askTwice)),
  command('a site closes', numbers, close),
]
