/** Claiming an amount for an order: from the tills of a channel, within the share of one address. */
import { amountLink } from './amount-link.ts'
import { secondsUntilFree, shuffle } from './amount-choice.ts'
import { fail } from './errors.ts'
import { orderLimits } from './settings.ts'
import type { Shop, Tx } from './shop.ts'
import {
  claimSlot,
  freeAmounts,
  readHeldSlots,
  readSlots,
  seedSlots,
  type HeldSlot,
  type SlotClaim,
} from './slots.ts'
import {
  codeFor,
  forgetTills,
  isStillShown,
  listOpenTills,
  payableAmounts,
  isWithin,
  payableChannels,
  WHOLE_SHOP,
  type ShownCode,
  type Till,
  type TillScope,
} from './tills.ts'
import type { Channel, OrderState } from './vocabulary.ts'

/** The tills of a channel with the amounts of a price that each can show, its slots made. */
export interface Pool {
  readonly channel: Channel
  readonly tills: readonly PoolTill[]
  /** The same of the other channels, for whom this one is full. */
  readonly others: readonly PoolTill[]
}

interface PoolTill {
  readonly till: Till
  readonly amounts: readonly number[]
}

export interface Claim {
  readonly till: Till
  readonly code: ShownCode
  readonly amountCents: number
}

/** The code that was chosen is not what it was a moment ago. */
class StaleTills extends Error {}

/**
 * Finds the pool of a price and runs `work` with it, again when the seller changed its codes meanwhile.
 *
 * @throws ShopError `channel_unavailable`, `no_code_for_price` with the channels that have one.
 */
export async function withPool<T>(
  shop: Shop,
  channel: Channel,
  priceCents: number,
  work: (pool: Pool) => Promise<T>,
  scope: TillScope = WHOLE_SHOP,
): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      return await work(await findPool(shop, channel, priceCents, scope))
    } catch (error) {
      if (!(error instanceof StaleTills)) throw error
      forgetTills(shop)
    }
  }
  return fail('channel_unavailable')
}

/** Each time the code that was chosen must have been changed in the moment of the order. */
const MOST_TRIES = 3

async function findPool(shop: Shop, channel: Channel, priceCents: number, scope: TillScope): Promise<Pool> {
  const offered = shop.settings.current.channels.includes(channel) && isWithin(scope.channels, channel)
  if (!offered) fail('channel_unavailable')
  const depth = shop.settings.current.slotDepth
  const open = await listOpenTills(shop, priceCents, scope)
  const payable = open
    .map((till) => ({ till, amounts: payableAmounts(till, priceCents, depth) }))
    .filter(({ amounts }) => amounts.length > 0)
  const tills = payable.filter(({ till }) => till.account.channel === channel)
  const others = payable.filter(({ till }) => till.account.channel !== channel)
  if (tills.length === 0) {
    fail('no_code_for_price', { priceCents, otherChannels: payableChannels(open, priceCents, depth) })
  }
  for (const { till, amounts } of tills) await seedSlots(shop, till.account.id, amounts)
  return { channel, tills: shuffle(tills), others }
}

export interface AmountWish {
  readonly orderId: string
  readonly priceCents: number
  /** Unix ms */
  readonly expiresAt: number
  /** Whose share of the pool it counts in; undefined counts in nobody's. */
  readonly net: string | undefined
  /** Of the first till, where they have been read in this transaction. */
  readonly firstSlots?: readonly HeldSlot[]
}

/** What a claim reads first. */
export async function readFirstSlots(db: Shop['db'], { tills: [first] }: Pool): Promise<HeldSlot[]> {
  return first ? readHeldSlots(db, first.till.account.id, first.amounts) : []
}

/**
 * @throws ShopError `no_free_amount` with the seconds until one comes free and the channels that have one now;
 * StaleTills
 */
export async function claimAmount(tx: Tx, pool: Pool, wish: AmountWish): Promise<Claim> {
  const heldUntil = wish.expiresAt + tx.settings.current.slotHoldS * 1000
  for (const [at, { till, amounts }] of pool.tills.entries()) {
    const known = at === 0 ? wish.firstSlots : undefined
    const slots = known ?? (await readHeldSlots(tx.db, till.account.id, amounts))
    checkShare(tx, slots, wish)
    for (const amountCents of freeAmounts(tx, wish.priceCents, slots)) {
      const code = codeFor(till, amountCents)
      const slot = { accountId: till.account.id, amountCents, orderId: wish.orderId, heldUntil }
      if (code && (await claimShown(tx, slot, till, code))) return { till, code, amountCents }
    }
  }
  return refuseFull(tx, pool)
}

/** @returns false when somebody else has the amount. @throws StaleTills */
async function claimShown(tx: Tx, slot: SlotClaim, till: Till, code: ShownCode): Promise<boolean> {
  const isClaimed = await claimSlot(tx, slot)
  const isShown = await isStillShown(tx, till, code)
  if (isClaimed() && !isShown) throw new StaleTills()
  return isClaimed()
}

async function refuseFull(tx: Tx, pool: Pool): Promise<never> {
  const taken = []
  for (const { till, amounts } of pool.tills) taken.push(...(await readSlots(tx, till.account.id, amounts)))
  return fail('no_free_amount', {
    freeInSeconds: secondsUntilFree(taken, tx.now()),
    otherChannels: await channelsWithFreeAmount(tx, pool.others),
  })
}

/** No address may hold more than half of a pool: otherwise a handful of anonymous orders closes a price. */
function checkShare(tx: Tx, slots: readonly HeldSlot[], { net, orderId }: AmountWish): void {
  if (net === undefined || orderLimits(tx).perAddress === 0) return
  const isTheirs = (slot: HeldSlot) =>
    slot.heldUntil >= tx.now() &&
    slot.address === net &&
    slot.orderId !== orderId &&
    slot.orderState !== null &&
    UNPAID.has(slot.orderState)
  const share = Math.max(1, Math.floor(slots.length / 2))
  if (slots.filter(isTheirs).length >= share) fail('too_many_open_orders', { limit: share })
}

const UNPAID: ReadonlySet<OrderState> = new Set(['pending', 'expired', 'cancelled'])

async function channelsWithFreeAmount(tx: Tx, others: readonly PoolTill[]): Promise<Channel[]> {
  const free = new Set<Channel>()
  for (const { till, amounts } of others) {
    const slots = await readSlots(tx, till.account.id, amounts)
    const taken = slots.filter((slot) => slot.heldUntil >= tx.now()).length
    if (taken < amounts.length) free.add(till.account.channel)
  }
  return [...free]
}

/** What the order keeps of the code that it shows, so that deleting a code does not blank an open page. */
export function shownCode({ till, code, amountCents }: Claim, orderId: string, now: number) {
  const link = amountLink(till.account, amountCents, orderId) ?? null
  return {
    account_id: till.account.id,
    code_id: code.id,
    code_payload: code.id === null && link !== null ? link : code.payload,
    code_fixed_at: code.amount_cents === null ? null : now,
    amount_link: link,
  }
}
