/** Money that arrives: right, wrong, late, twice, again, on the amount of the other channel. */
import fc from 'fast-check'
import { nanoid } from 'nanoid'
import { recordPayment, type Notice, type Recorded } from '../../core/payments.ts'
import { agree, anyOf, command, hasOrders, hasPayments, often, orderName, pick } from './command.ts'
import { receive, type Model, type ModelMoney, type ModelOrder, type ModelPayment } from './model.ts'
import { findDelivered } from './observed.ts'
import type { World } from './world.ts'

function noticeOf(world: World, money: ModelMoney | null, paymentId: string = nanoid()): Notice {
  const rest = { paymentId, listenerId: '', rawPrice: '01.00', rawType: 'alipay', address: '198.51.100.7' }
  if (!money) return rest
  const listenerId = world.devices.get(money.accountId) ?? ''
  const rawPrice = (money.amountCents / 100).toFixed(2)
  return { ...rest, listenerId, rawPrice, rawType: money.channel, money }
}

function paymentOf(model: Model, { paymentId: id, receivedAt = model.now, money }: Notice): ModelPayment {
  const match = money ? 'unmatched' : 'quarantined'
  return { id, money: money ?? null, receivedAt, match, orderId: null, decision: null }
}

async function pay(
  model: Model,
  world: World,
  money: ModelMoney | null,
  receivedAt = model.now,
): Promise<string> {
  const notice: Notice = { ...noticeOf(world, money), receivedAt }
  const recorded = await recordPayment(world.shop, notice)
  const payment = paymentOf(model, notice)
  receive(model, payment)
  agree({ match: payment.match, orderId: payment.orderId }, recorded)
  const age = model.now - receivedAt
  const spooled = age > 0 ? `, received ${age / 1000} s ago` : ''
  return `${money?.amountCents} on ${money?.channel}${spooled}: ${payment.match} ${orderName(model, payment.orderId)}`
}

function moneyOf({ accountId, channel, dueCents }: ModelOrder): ModelMoney {
  return { accountId, channel, amountCents: dueCents }
}

/** Amounts that the order was given on its other channel and that nobody took over since. */
function otherMoneyOf(model: Model, world: World, order: ModelOrder): ModelMoney {
  const own = [...model.slots].filter(([, slot]) => slot.orderId === order.id)
  const all = own.map(([key]): ModelMoney => {
    const [accountId = '', cents] = key.split(' ')
    const channel = world.accounts.find(({ id }) => id === accountId)?.channel ?? order.channel
    return { accountId, channel, amountCents: Number(cents) }
  })
  return all.find((money) => money.channel !== order.channel) ?? moneyOf(order)
}

function isAutomatic(match: string): boolean {
  return match === 'matched' || match === 'late'
}

/** Two phones, or one that repeats itself, at the same moment. */
async function payTwiceAtOnce(model: Model, world: World, which: number): Promise<string> {
  const order = pick(model.orders, which)
  const notices = [moneyOf(order), moneyOf(order)].map((money) => noticeOf(world, money))
  const recorded = await Promise.all(
    notices.map(async (notice) => ({ notice, found: await recordPayment(world.shop, notice) })),
  )
  const rank = ({ found }: { found: Recorded }) => (isAutomatic(found.match) ? 0 : 1)
  const winnerFirst = recorded.sort((a, b) => rank(a) - rank(b))
  const told = winnerFirst.map(({ notice, found }) => {
    const payment = paymentOf(model, notice)
    receive(model, payment)
    agree({ match: payment.match, orderId: payment.orderId }, found)
    return payment.match
  })
  return `${orderName(model, order.id)}: ${told.join()}`
}

/** Every open order is paid at the same moment; for which of them the stock lasts is the shop's choice. */
async function payAllAtOnce(model: Model, world: World): Promise<string> {
  const open = model.orders.filter(({ state }) => state === 'pending')
  const notices = open.map((order) => noticeOf(world, moneyOf(order)))
  const recorded = await Promise.all(notices.map((notice) => recordPayment(world.shop, notice)))
  const delivered = await findDelivered(world)
  const rank = (at: number) => {
    const { match = '', orderId } = recorded[at] ?? {}
    return (isAutomatic(match) ? 0 : 2) + (delivered.has(orderId ?? '') ? 0 : 1)
  }
  const told = [...notices.entries()]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([at, notice]) => {
      const payment = paymentOf(model, notice)
      receive(model, payment)
      agree({ match: payment.match, orderId: payment.orderId }, recorded[at])
      return `${orderName(model, payment.orderId)} ${payment.match}`
    })
  return told.join()
}

/** The process that asked did not hear the answer and asks again. */
async function retry(model: Model, world: World, which: number): Promise<string> {
  const { id, money, match, orderId } = pick(model.payments, which)
  agree({ match, orderId }, await recordPayment(world.shop, noticeOf(world, money, id)))
  return `payment ${model.payments.findIndex((one) => one.id === id) + 1}`
}

const strayCents = fc.oneof(fc.integer({ min: 85, max: 106 }), fc.integer({ min: 1, max: 4 }))
const SECONDS = [0, 1, 100, 299, 300, 301, 419, 420, 421, 700, 7_200]

const accountAndCents = fc.tuple(fc.nat({ max: 2 }), strayCents)
const orderAndSeconds = fc.tuple(anyOf, fc.constantFrom(...SECONDS))

const payExactly = command(
  'pay',
  anyOf,
  (model, world, at) => pay(model, world, moneyOf(pick(model.orders, at))),
  hasOrders,
)
const payOnOther = command(
  'pay on the other channel',
  anyOf,
  (model, world, at) => pay(model, world, otherMoneyOf(model, world, pick(model.orders, at))),
  hasOrders,
)
const payAny = command('pay any amount', accountAndCents, (model, world, [at, amountCents]) => {
  const { id, channel } = pick(world.accounts, at)
  return pay(model, world, { accountId: id, channel, amountCents })
})
const replay = command(
  'replay',
  anyOf,
  (model, world, at) => pay(model, world, pick(model.payments, at).money),
  hasPayments,
)
const bringIn = command(
  'bring in from the spool',
  orderAndSeconds,
  (model, world, [at, seconds]) =>
    pay(model, world, moneyOf(pick(model.orders, at)), model.now - seconds * 1000),
  hasOrders,
)

export const moneyCommands = [
  ...often(4, payExactly),
  ...often(3, payOnOther),
  ...often(3, payAny),
  ...often(3, replay),
  ...often(3, bringIn),
  command('pay twice at once', anyOf, payTwiceAtOnce, hasOrders),
  ...often(2, command('pay all at once', fc.constant(null), payAllAtOnce, hasOrders)),
  command('record again', anyOf, retry, hasPayments),
  command('unreadable money', fc.constant(null), (model, world) => pay(model, world, null)),
]
