/** Claiming an amount for an order: from the tills of a channel, within the share of one address. */
import { asNumber } from '../com/db/index.ts'
import type { PayeeCodeRow } from '../sql/schema.ts'
import { secondsUntilFree, shuffle } from './amount-choice.ts'
import { codeFor, listTills, payableAmounts, payableChannels, type Till } from './codes.ts'
import { fail } from './errors.ts'
import { orderLimits } from './settings.ts'
import type { Shop, Tx } from './shop.ts'
import { claimSlot, readSlots, seedSlots } from './slots.ts'
import type { Channel } from './vocabulary.ts'

/** The tills of a channel with the amounts each can show, its slots made where they were never used. */
export interface Pool {
  readonly channel: Channel
  readonly tills: readonly { till: Till; amounts: readonly number[] }[]
}

/** @throws ShopError `no_code_for_price` with the channels that have one. */
export async function seedPool(shop: Shop, channel: Channel, priceCents: number): Promise<Pool> {
  const depth = shop.settings.current.slotDepth
  const all = await listTills(shop, priceCents)
  const tills = all
    .filter((till) => till.account.channel === channel)
    .map((till) => ({ till, amounts: payableAmounts(till, priceCents, depth) }))
    .filter(({ amounts }) => amounts.length > 0)
  if (tills.length === 0) {
    fail('no_code_for_price', { priceCents, otherChannels: payableChannels(all, priceCents, depth) })
  }
  for (const { till, amounts } of tills) await seedSlots(shop, till.account.id, amounts)
  return { channel, tills: shuffle(tills) }
}

export interface Claim {
  readonly till: Till
  readonly code: PayeeCodeRow
  readonly amountCents: number
}

/** @throws ShopError `no_free_amount` with the seconds until one comes free and the channels that have one now. */
export async function claimAmount(
  tx: Tx,
  pool: Pool,
  wish: { orderId: string; priceCents: number; expiresAt: number; net: string },
): Promise<Claim> {
  const heldUntil = wish.expiresAt + tx.settings.current.slotHoldS * 1000
  for (const { till, amounts } of pool.tills) {
    const slots = await readSlots(tx, till.account.id, amounts)
    await checkShare(tx, till, amounts, wish)
    const claim = {
      accountId: till.account.id,
      priceCents: wish.priceCents,
      orderId: wish.orderId,
      heldUntil,
    }
    const amountCents = await claimSlot(tx, claim, slots)
    const code = amountCents !== undefined && codeFor(till, amountCents)
    if (code) return { till, code, amountCents }
  }
  const taken = await Promise.all(
    pool.tills.map(({ till, amounts }) => readSlots(tx, till.account.id, amounts)),
  )
  return fail('no_free_amount', {
    freeInSeconds: secondsUntilFree(taken.flat(), tx.now()),
    otherChannels: await channelsWithFreeAmount(tx, pool.channel, wish.priceCents),
  })
}

/** No address may hold more than half of a pool: otherwise a handful of anonymous orders closes a price. */
async function checkShare(
  tx: Tx,
  till: Till,
  amounts: readonly number[],
  wish: { orderId: string; net: string },
): Promise<void> {
  if (orderLimits(tx).perAddress === 0) return
  const { held } = await tx.db
    .selectFrom('amount_slots')
    .innerJoin('orders', 'orders.id', 'amount_slots.order_id')
    .select((from) => from.fn.countAll().as('held'))
    .where('amount_slots.account_id', '=', till.account.id)
    .where('amount_slots.amount_cents', 'in', amounts)
    .where('amount_slots.held_until', '>=', tx.now())
    .where('orders.address', '=', wish.net)
    .where('orders.id', '!=', wish.orderId)
    .where('orders.state', 'in', ['pending', 'expired', 'cancelled'])
    .executeTakeFirstOrThrow()
  const share = Math.max(1, Math.floor(amounts.length / 2))
  if (asNumber(held) >= share) fail('too_many_open_orders', { limit: share })
}

async function channelsWithFreeAmount(tx: Tx, except: Channel, priceCents: number): Promise<Channel[]> {
  const free = new Set<Channel>()
  for (const till of await listTills(tx, priceCents)) {
    if (till.account.channel === except) continue
    const amounts = payableAmounts(till, priceCents, tx.settings.current.slotDepth)
    const slots = await readSlots(tx, till.account.id, amounts)
    const taken = slots.filter((slot) => slot.heldUntil >= tx.now()).length
    if (taken < amounts.length) free.add(till.account.channel)
  }
  return [...free]
}

/** What the order keeps of the code that it shows, so that deleting a code does not blank an open page. */
export function shownCode(claim: Claim, now: number) {
  return {
    account_id: claim.till.account.id,
    code_id: claim.code.id,
    code_payload: claim.code.payload,
    code_fixed_at: claim.code.amount_cents === null ? null : now,
  }
}
