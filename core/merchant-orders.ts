/** Orders that a merchant's site asks for: each number of theirs once. */
import { nanoid } from 'nanoid'
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import { hashToken, randomToken } from '../com/tokens.ts'
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import { resumeOrder, type AskedAgain } from './asked-again.ts'
import { findMerchantOrder, type MerchantOrder } from './asked-orders.ts'
import { enqueueCallbacks, wakeCallbacks } from './callbacks.ts'
import type { Pool } from './claim-amount.ts'
import { fail } from './errors.ts'
import { hashOf, onSomeChannel, type MerchantWish } from './merchant-wish.ts'
import { checkMerchantRate } from './merchants.ts'
import { insertOrder } from './new-order.ts'
import { cancelOrder } from './orders.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { digest } from './signatures.ts'
import { ensureTestTills } from './test-tills.ts'
import { newTradeNumber } from './trade-number.ts'

export interface PlacedMerchantOrder extends MerchantOrder {
  readonly outcome: 'placed' | AskedAgain['outcome']
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

/** @throws ShopError `wrong_state` for one that is no longer open */
export async function closeMerchantOrder(shop: Shop, { order }: MerchantOrder): Promise<void> {
  await cancelOrder(shop, order.id, 'merchant')
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
