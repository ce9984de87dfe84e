/** Orders that a merchant's site asks for: each number of theirs once, and again after it ended unpaid. */
import { nanoid } from 'nanoid'
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import { hashToken, randomToken } from '../com/tokens.ts'
import type { MerchantOrderRow, MerchantRow, OrderRow } from '../sql/schema.ts'
import { enqueueCallbacks, wakeCallbacks } from './callbacks.ts'
import { claimAmount, shownCode, withPool, type Pool } from './claim-amount.ts'
import { fail, ShopError, type RefusalCode } from './errors.ts'
import { notingFull, refuseKnownFull } from './full-pools.ts'
import { checkMerchantRate, scopeOf } from './merchants.ts'
import { insertOrder } from './new-order.ts'
import { moveOrder, wakeOrder } from './order-state.ts'
import { cancelOrder, findOwnClaim, getOrder, moveToChannel } from './orders.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { digest } from './signatures.ts'
import { holdSlots } from './slots.ts'
import { ensureTestTills } from './test-tills.ts'
import { newTradeNumber } from './trade-number.ts'
import { CHANNELS, type Channel, type Locale, type Mode, type Protocol } from './vocabulary.ts'

export interface MerchantWish {
  readonly merchant: MerchantRow
  readonly protocol: Protocol
  readonly mode: Mode
  /** The md5 key that signed the request; null for bearer keys. */
  readonly keyId: string | null
  /**
   * What that key signed, a character for each byte, where values stand without their bounds: divided otherwise it
   * would be another order, so it serves for one.
   */
  readonly signedText?: string | undefined
  /** The merchant's own number, 1 to 150 characters. */
  readonly outTradeNo: string
  readonly subject: string
  readonly amountCents: number
  /** Named by the merchant: the buyer cannot change it. */
  readonly channel?: Channel | undefined
  /** The one to begin with where the merchant names none. */
  readonly likelyChannel?: Channel | undefined
  readonly notifyUrl: string
  readonly returnUrl: string
  /** What the merchant gets back unchanged, as it came. */
  readonly request: Readonly<Record<string, string>>
  /** What may not change when the same number comes again; money and addresses of the request. */
  readonly lasting: readonly string[]
  readonly ttlMs?: number | undefined
  readonly locale?: Locale | undefined
  /** When the same number comes again: goes on with the order unless told otherwise; only while it is open; never. */
  readonly repeat?: 'resume' | 'show' | 'refuse' | undefined
}

export interface MerchantOrder {
  readonly order: OrderRow
  readonly asked: MerchantOrderRow
}

export interface PlacedMerchantOrder extends MerchantOrder {
  readonly outcome: 'placed' | 'same' | 'reopened'
}

const SUBJECT_SIZE = 120

/** The same number was inserted by someone else a moment ago. */
class AskedMeanwhile extends Error {}

/**
 * Idempotent by merchant, mode and number: the same request gives the same order, on the channel that it names; after
 * its end a fresh amount and time under the same number.
 *
 * @throws ShopError `order_exists`, `order_changed`, `order_paid`, `wrong_state` for one that was closed,
 * `sign_used`, `too_many_requests`, `channel_unavailable`, `no_code_for_price`, `no_free_amount`
 */
export async function placeMerchantOrder(shop: Shop, wish: MerchantWish): Promise<PlacedMerchantOrder> {
  if (wish.mode === 'test') await ensureTestTills(shop)
  const key = `asked:${wish.merchant.id}:${wish.mode}:${hashToken(wish.outTradeNo)}`
  return shop.store.withLocks([key], async () => {
    const known = await findMerchantOrder(shop, wish)
    if (known) return resumeOrder(shop, wish, known)
    await refuseOwnSign(shop, wish)
    await checkMerchantRate(shop, wish.merchant)
    try {
      return {
        ...(await onSomeChannel(shop, wish, (pool) => insertAsked(shop, pool, wish))),
        outcome: 'placed',
      }
    } catch (error) {
      if (!(error instanceof AskedMeanwhile)) throw error
      const asked = (await findMerchantOrder(shop, wish)) ?? fail('order_not_found')
      return await resumeOrder(shop, wish, asked)
    } finally {
      wakeCallbacks(shop)
    }
  })
}

export async function findMerchantOrder(
  shop: Shop,
  { merchant, mode, outTradeNo }: Pick<MerchantWish, 'merchant' | 'mode' | 'outTradeNo'>,
): Promise<MerchantOrder | undefined> {
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('mode', '=', mode)
    .where('out_trade_no', '=', outTradeNo)
    .executeTakeFirst()
  return asked && { asked, order: await getOrder(shop, asked.order_id) }
}

export async function findByTradeNo(
  shop: Shop,
  { merchant, mode }: Pick<MerchantWish, 'merchant' | 'mode'>,
  tradeNo: string,
): Promise<MerchantOrder | undefined> {
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('trade_no', '=', tradeNo)
    .where('merchant_id', '=', merchant.id)
    .where('mode', '=', mode)
    .executeTakeFirst()
  return asked && { asked, order: await getOrder(shop, asked.order_id) }
}

/** By our own id. @throws ShopError `order_not_found`, also for another's, and for one of the other mode */
export async function getMerchantOrder(
  shop: Shop,
  { merchant, mode }: Pick<MerchantWish, 'merchant' | 'mode'>,
  id: string,
): Promise<MerchantOrder> {
  const asked = await findAsked(shop, id)
  if (asked?.merchant_id !== merchant.id || asked.mode !== mode) return fail('order_not_found')
  return { asked, order: await getOrder(shop, id) }
}

/** What was asked for; undefined for an order of the shop itself. */
export async function findAsked(shop: Shop, orderId: string): Promise<MerchantOrderRow | undefined> {
  return shop.db.selectFrom('merchant_orders').selectAll().where('order_id', '=', orderId).executeTakeFirst()
}

/** @throws ShopError `wrong_state` for one that is no longer open */
export async function closeMerchantOrder(shop: Shop, { order }: MerchantOrder): Promise<void> {
  await cancelOrder(shop, order.id, 'merchant')
}

/** The channel that the merchant names; else the likely one first, and another where that one has nothing. */
async function onSomeChannel<T>(
  shop: Shop,
  wish: MerchantWish,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const scope = scopeOf(wish.merchant, wish.mode)
  const price = wish.amountCents
  const on = async (channel: Channel) => {
    await refuseKnownFull(shop, channel, price, scope)
    return notingFull(shop, channel, price, () => withPool(shop, channel, price, work, scope), scope)
  }
  if (wish.channel) return on(wish.channel)
  const likely = wish.likelyChannel ?? CHANNELS[0]
  let refusal: unknown
  for (const channel of [likely, ...CHANNELS.filter((one) => one !== likely)]) {
    try {
      return await on(channel)
    } catch (error) {
      if (!(error instanceof ShopError) || !NEXT_CHANNEL.has(error.code)) throw error
      if (!isFull(refusal)) refusal = error
    }
  }
  throw refusal
}

const NEXT_CHANNEL: ReadonlySet<RefusalCode> = new Set([
  'channel_unavailable',
  'no_code_for_price',
  'no_free_amount',
])

/** The refusal that says when to come again is the one to tell. */
function isFull(refusal: unknown): boolean {
  return refusal instanceof ShopError && refusal.code === 'no_free_amount'
}

/** What we signed ourselves for the Api edition, the number of an order, must not be a number and an amount again. */
async function refuseOwnSign(shop: Shop, { signedText, ...wish }: MerchantWish): Promise<void> {
  if (wish.protocol !== 'api_edition' || signedText === undefined) return
  const outTradeNo = Buffer.from(signedText, 'latin1').toString()
  if (await findMerchantOrder(shop, { ...wish, outTradeNo })) fail('sign_used')
}

async function insertAsked(shop: Shop, pool: Pool, wish: MerchantWish): Promise<MerchantOrder> {
  return transaction(shop, async (tx) => {
    const test = wish.mode === 'test'
    const draft = {
      id: nanoid(),
      product_id: '',
      product_name: [...wish.subject].slice(0, SUBJECT_SIZE).join(''),
      quantity: 1,
      price_cents: wish.amountCents,
      email: '',
      locale: wish.locale ?? 'zh-CN',
      buyer_hash: hashToken(randomToken(24)),
      address: '',
      merchant_id: wish.merchant.id,
      test_at: test ? tx.now() : null,
    } as const
    const order = await insertOrder(tx, pool, draft, { actor: 'merchant', ttlMs: wish.ttlMs })
    const asked = askedRow(tx, order, wish)
    try {
      await tx.db.insertInto('merchant_orders').values(asked).execute()
    } catch (error) {
      if (!isDuplicate(error)) throw error
      if (await findMerchantOrder(tx, wish)) throw new AskedMeanwhile()
      if (await isSignUsed(tx, asked)) fail('sign_used')
      throw new RetryTransaction() // another order got the same number in this second
    }
    await enqueueCallbacks(tx, order, 'order.created')
    return { order, asked }
  })
}

async function isSignUsed(
  tx: Tx,
  { merchant_id: merchantId, signed_hash: hash }: MerchantOrderRow,
): Promise<boolean> {
  if (hash === null) return false
  const used = await tx.db
    .selectFrom('merchant_orders')
    .select('order_id')
    .where('merchant_id', '=', merchantId)
    .where('signed_hash', '=', hash)
    .executeTakeFirst()
  return used !== undefined
}

function askedRow(tx: Tx, order: OrderRow, wish: MerchantWish): MerchantOrderRow {
  return {
    order_id: order.id,
    merchant_id: wish.merchant.id,
    protocol: wish.protocol,
    mode: wish.mode,
    out_trade_no: wish.outTradeNo,
    trade_no: newTradeNumber(tx),
    key_id: wish.keyId,
    notify_url: wish.notifyUrl,
    return_url: wish.returnUrl,
    request: JSON.stringify(wish.request),
    request_hash: hashOf(wish),
    channel_fixed_at: wish.channel ? tx.now() : null,
    created_at: tx.now(),
    signed_hash: wish.signedText === undefined ? null : digest(wish.protocol, wish.signedText),
  }
}

function hashOf(wish: MerchantWish): string {
  return hashToken(JSON.stringify([wish.protocol, wish.amountCents, ...wish.lasting]))
}

async function resumeOrder(
  shop: Shop,
  wish: MerchantWish,
  { order, asked }: MerchantOrder,
): Promise<PlacedMerchantOrder> {
  const isOpen = order.state === 'pending' && order.expires_at > shop.now()
  const isSame = asked.request_hash === hashOf(wish)
  const goesOn = { resume: true, show: isOpen && isSame, refuse: false }[wish.repeat ?? 'resume']
  if (!goesOn) fail('order_exists', { outTradeNo: asked.out_trade_no })
  if (order.paid_at !== null) fail('order_paid', { outTradeNo: asked.out_trade_no, orderId: order.id })
  if (!isSame) fail('order_changed', { outTradeNo: asked.out_trade_no })
  if (order.state === 'cancelled') fail('wrong_state', { state: order.state })
  if (isOpen) {
    if (wish.channel && wish.channel !== order.channel) {
      await moveToChannel(shop, order, wish.channel, scopeOf(wish.merchant, wish.mode), 'merchant')
    }
    await noteAgain(shop, wish, asked)
    return { ...(await readAgain(shop, order.id)), outcome: 'same' }
  }
  const ended = order
  await onSomeChannel(shop, { likelyChannel: ended.channel, ...wish }, (pool) =>
    transaction(shop, (tx) => reopen(tx, pool, ended.id, wish)),
  )
  await noteAgain(shop, wish, asked)
  wakeOrder(shop, order.id)
  return { ...(await readAgain(shop, order.id)), outcome: 'reopened' }
}

/** The same number may come again for another channel or for none, in other words, signed by a newer key. */
async function noteAgain(shop: Shop, wish: MerchantWish, asked: MerchantOrderRow): Promise<void> {
  const again = {
    key_id: wish.keyId,
    request: JSON.stringify(wish.request),
    channel_fixed_at: wish.channel ? (asked.channel_fixed_at ?? shop.now()) : null,
  }
  const changed = Object.entries(again).some(([name, value]) => asked[name as keyof typeof again] !== value)
  if (!changed) return
  await shop.db.updateTable('merchant_orders').set(again).where('order_id', '=', asked.order_id).execute()
}

/** A fresh amount and time. The amounts before stay with the order: money on its way to them still pays it. */
async function reopen(tx: Tx, pool: Pool, id: string, wish: MerchantWish): Promise<void> {
  const order = await endedOrder(tx, id)
  if (order.paid_at !== null) fail('order_paid', { outTradeNo: wish.outTradeNo, orderId: id })
  if (order.state === 'pending') return // somebody asked at the same moment
  if (order.state === 'cancelled') fail('wrong_state', { state: order.state })
  const { orderTtlS, lateAcceptS, slotHoldS } = tx.settings.current
  const expiresAt = tx.now() + (wish.ttlMs ?? orderTtlS * 1000)
  const terms = { orderId: id, priceCents: order.price_cents, expiresAt, net: undefined }
  const claim = (await findOwnClaim(tx, id, pool)) ?? (await claimAmount(tx, pool, terms))
  await holdSlots(tx, id, expiresAt + slotHoldS * 1000)
  const set = {
    channel: pool.channel,
    due_cents: claim.amountCents,
    ...shownCode(claim, id, tx.now()),
    expires_at: expiresAt,
    late_until: expiresAt + lateAcceptS * 1000,
    extended_at: null,
    expired_at: null,
    reported_at: null,
  }
  const detail = { channel: pool.channel, dueCents: claim.amountCents }
  if (!(await moveOrder(tx, order, 'pending', set, { kind: 'reopened', actor: 'merchant', detail }))) {
    throw new RetryTransaction()
  }
}

/** Its time is over, but the clock may have yet to say so. */
async function endedOrder(tx: Tx, id: string): Promise<OrderRow> {
  const order = await getOrder(tx, id)
  const event = { kind: 'expired', actor: 'clock' } as const
  if (!(await moveOrder(tx, order, 'expired', { expired_at: tx.now() }, event, tx.now()))) return order
  await enqueueCallbacks(tx, order, 'order.expired')
  return { ...order, state: 'expired' }
}

async function readAgain(shop: Shop, orderId: string): Promise<MerchantOrder> {
  const asked = await findAsked(shop, orderId)
  return { order: await getOrder(shop, orderId), asked: asked ?? fail('order_not_found') }
}
