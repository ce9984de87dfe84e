/** Buyers and a phone: small trade over HTTP that writes down what it was told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { placeOrder, showOrder } from '../../api/contract/index.ts'
import type { Channel } from '../../core/vocabulary.ts'
import { ask } from '../support/client.ts'
import { signListener } from '../support/listener.ts'
import { until } from '../support/until.ts'
import type { Ledger, PlacedOrder } from './ledger.ts'
import { createDice, type Dice } from './size.ts'

export interface Product {
  readonly id: string
  readonly hasKeys: boolean
  readonly maxQuantity: number
}

export interface Market {
  readonly url: string
  readonly secret: string
  readonly products: readonly Product[]
  readonly ledger: Ledger
}

let buyers = 0

/** Longer than the till may take to give up on its database. */
export const PATIENCE_MS = 60_000

/** @returns the order, or undefined when it was refused or the connection ended. */
export async function place(
  market: Market,
  dice: Dice,
  product = dice.pick(market.products),
): Promise<PlacedOrder | undefined> {
  const channel = dice.pick<Channel>(['alipay', 'wechat'])
  buyers += 1
  const email = `buyer-${buyers}@example.com`
  const quantity = dice.whole(1, product.maxQuantity)
  const body = { productId: product.id, email, channel, quantity }
  const call = { body, headers: { 'X-Forwarded-For': addressOfBuyer(dice) }, timeout: PATIENCE_MS }
  const answer = await ask(market.url, placeOrder, call).catch(() => undefined)
  if (answer?.status !== 201) return undefined
  const { order, buyerToken } = answer.reply
  const placed: PlacedOrder = {
    id: order.id,
    email,
    channel,
    quantity,
    dueCents: order.dueCents,
    hasKeys: product.hasKeys,
    headers: { 'X-Buyer-Token': buyerToken },
  }
  market.ledger.orders.set(placed.id, placed)
  return placed
}

function addressOfBuyer(dice: Dice): string {
  return `172.16.${dice.whole(0, 255)}.${dice.whole(0, 255)}`
}

/** The phone reports that this order was paid. */
export function pay(market: Market, order: PlacedOrder): Promise<boolean> {
  return push(market, (order.dueCents / 100).toFixed(2), order.channel, order.id)
}

/** Money that no order waits for. */
export function payUnasked(market: Market, dice: Dice): Promise<boolean> {
  return push(market, (dice.whole(700_000, 800_000) / 100).toFixed(2), 'wechat', null)
}

/** @returns false when there was no answer. */
async function push(market: Market, price: string, type: Channel, orderId: string | null): Promise<boolean> {
  const noted = market.ledger.addPush({ price, type, orderId })
  const sign = signListener(price + type, market.secret)
  try {
    const answer = await fetch(
      `${market.url}/addons/pay/api/notify?${new URLSearchParams({ price, type, sign })}`,
      {
        headers: { 'X-Forwarded-For': noted.address },
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
    )
    const { code, msg } = (await answer.json()) as { code: number; msg: string }
    noted.answer = { code, msg }
    return true
  } catch {
    return false
  }
}

/** The buyer looks at the page, and may have copied what it showed. */
export async function look(market: Market, order: PlacedOrder): Promise<string | undefined> {
  const call = { params: { id: order.id }, headers: order.headers, timeout: PATIENCE_MS }
  const answer = await ask(market.url, showOrder, call).catch(() => undefined)
  if (answer?.status !== 200) return undefined
  if (order.hasKeys && answer.reply.goods) {
    const seen = market.ledger.seen.get(order.id) ?? new Set<string>()
    answer.reply.goods.items.forEach((item) => seen.add(item))
    market.ledger.seen.set(order.id, seen)
  }
  return answer.reply.state
}

/** As many orders as asked for, of the product with plenty of keys; a refused buyer comes again. */
export async function placeSeveral(market: Market, dice: Dice, count: number): Promise<PlacedOrder[]> {
  const placeOne = () => until(() => place(market, dice, market.products[0]), 'an order to be taken')
  return Promise.all(Array.from({ length: count }, placeOne))
}

/** One buyer from the order to the goods; most pay, some pay twice, and now and then money comes from elsewhere. */
export async function trade(market: Market, dice: Dice): Promise<void> {
  const order = await place(market, dice)
  if (dice.isBelow(0.1)) await payUnasked(market, dice)
  if (!order || dice.isBelow(0.1)) return
  const times = dice.isBelow(0.15) ? 2 : 1
  await Promise.all(Array.from({ length: times }, () => pay(market, order)))
  await look(market, order)
}

/** Several buyers at a time, one after another, until it is over or `most` have come. */
export async function crowd(
  market: Market,
  dice: Dice,
  options: { atOnce: number; most: number; isOver: () => boolean },
  tradeOne = trade,
): Promise<void> {
  let left = options.most
  async function queue(): Promise<void> {
    while (left > 0 && !options.isOver()) {
      left -= 1
      await tradeOne(market, dice)
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, queue))
}

/** Trades until `work` has been done. */
export async function tradeDuring(
  market: Market,
  seed: number,
  work: () => Promise<void>,
  tradeOne = trade,
): Promise<void> {
  let over = false
  const bounds = { atOnce: 6, most: 5_000, isOver: () => over }
  const trading = crowd(market, createDice(seed), bounds, tradeOne)
  await sleep(300)
  await work().finally(() => (over = true))
  await trading
}
