/** What buyers do with an order: look for another channel, ask for time, give up. */
import fc from 'fast-check'
import { cancelOrder, changeChannel, extendOrder, getOrder } from '../../core/orders.ts'
import type { Channel } from '../../core/vocabulary.ts'
import { SELLER } from '../support/trade.ts'
import { agree, anyOf, attempt, command, hasOrders, often, orderName, pick } from './command.ts'
import { claimed, refused, refusedAmong, resultOf } from './given.ts'
import { listOutcomes } from './model-claims.ts'
import { hold, HOLD, LATE, priceOf, slotsOf, TTL, type Model } from './model.ts'
import { addressOf, neighboursOf } from './place-commands.ts'
import type { World } from './world.ts'

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
  const result = await resultOf(
    changeChannel(world.shop, order.id, channel, addressOf(order.buyer)).then(() =>
      getOrder(world.shop, order.id),
    ),
  )
  if (!isOpen || order.isFixed) return `${name} ${refused(result, 'wrong_state')}`
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
  const isAllowed = bySeller || order.number === undefined
  const may = isAllowed && order.state === 'pending'
  const work = cancelOrder(world.shop, order.id, bySeller ? SELLER : 'buyer')
  agree(may ? 'done' : isAllowed ? 'wrong_state' : 'not_allowed', await attempt(work))
  if (may) {
    hold(model, order, model.now + HOLD)
    order.state = 'cancelled'
    order.cancelledAt = model.now
  }
  return `${orderName(model, order.id)}${may ? '' : ' is refused'}`
}

export const orderCommands = [
  ...often(5, command('change channel', anyOf, switchChannel, hasOrders)),
  ...often(3, command('extend', anyOf, extend, hasOrders)),
  command('cancel', fc.tuple(anyOf, fc.boolean()), cancel, hasOrders),
]
