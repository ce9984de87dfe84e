/** Which amounts an order may be given, and which refusals are right instead. */
import { DEFAULT_SETTINGS } from '../../core/settings.ts'
import type { Channel } from '../../core/vocabulary.ts'
import { S, slotKey, type Model } from './model.ts'

const REST = DEFAULT_SETTINGS.slotRestS * S

export interface ModelAccount {
  readonly id: string
  readonly channel: Channel
  /** Amounts for which it has a code of their own. */
  readonly fixed: readonly number[]
  readonly hasFreeCode: boolean
}

export interface Wish {
  readonly channel: Channel
  readonly priceCents: number
  /** Buyers of one address share its part of a pool. */
  readonly neighbours: readonly number[]
  /** The order itself, when it asks for another channel. */
  readonly orderId?: string
}

/** What may come of asking for an amount: one of these amounts, or a refusal. */
export type Outcome =
  | { readonly accountId: string; readonly amounts: readonly number[] }
  | { readonly refusal: 'too_many_open_orders' }
  | {
      readonly refusal: 'no_free_amount'
      readonly details: { freeInSeconds: number; otherChannels: Channel[] }
    }

/** The pool of a price on one account: only amounts that can be shown, from the price downwards. */
export function poolOf(account: ModelAccount, priceCents: number): number[] {
  const pool = Array.from({ length: DEFAULT_SETTINGS.slotDepth + 1 }, (_, step) => priceCents - step)
  return pool.filter((cents) => cents > 0 && (account.hasFreeCode || account.fixed.includes(cents)))
}

/** Accounts are tried in any order; the first that has a free amount gives it. */
export function listOutcomes(model: Model, accounts: readonly ModelAccount[], wish: Wish): Outcome[] {
  const able = accounts.filter(
    (account) => account.channel === wish.channel && poolOf(account, wish.priceCents).length > 0,
  )
  const tryNext = (left: readonly ModelAccount[]): Outcome[] => {
    if (left.length === 0) return [refuseFull(model, accounts, able, wish)]
    return left.flatMap((account) => {
      const here = outcomeAt(model, account, wish)
      return here ? [here] : tryNext(left.filter((other) => other !== account))
    })
  }
  return tryNext(able)
}

/** @returns undefined when all its amounts are taken. */
function outcomeAt(model: Model, account: ModelAccount, wish: Wish): Outcome | undefined {
  const pool = poolOf(account, wish.priceCents)
  const ofNeighbours = pool.filter((cents) => {
    const slot = model.slots.get(slotKey(account.id, cents))
    const order = model.orders.find(({ id }) => id === slot?.orderId)
    if (!slot || !order || slot.heldUntil < model.now || order.id === wish.orderId) return false
    return order.paidAt === null && wish.neighbours.includes(order.buyer)
  })
  if (ofNeighbours.length >= Math.max(1, Math.floor(pool.length / 2)))
    return { refusal: 'too_many_open_orders' }
  const amounts = choose(model, account, wish.priceCents)
  return amounts.length > 0 ? { accountId: account.id, amounts } : undefined
}

/** The price when it has rested; else whatever may stand among the longest-rested half of the free ones. */
function choose(model: Model, account: ModelAccount, priceCents: number): number[] {
  const restingSince = (cents: number) => heldUntil(model, account, cents)
  const free = listFree(model, account, priceCents).sort((a, b) => restingSince(a) - restingSince(b))
  if (free.includes(priceCents) && model.now - restingSince(priceCents) >= REST) return [priceCents]
  const last = free[Math.ceil(free.length / 2) - 1]
  return last === undefined ? [] : free.filter((cents) => restingSince(cents) <= restingSince(last))
}

function listFree(model: Model, account: ModelAccount, priceCents: number): number[] {
  return poolOf(account, priceCents).filter((cents) => heldUntil(model, account, cents) < model.now)
}

/** 0 for an amount that was never used. */
function heldUntil(model: Model, account: ModelAccount, cents: number): number {
  return model.slots.get(slotKey(account.id, cents))?.heldUntil ?? 0
}

function refuseFull(
  model: Model,
  accounts: readonly ModelAccount[],
  full: readonly ModelAccount[],
  wish: Wish,
): Outcome {
  const ends = full.flatMap((account) =>
    poolOf(account, wish.priceCents).map((cents) => heldUntil(model, account, cents)),
  )
  const others = accounts.filter(
    (account) => account.channel !== wish.channel && listFree(model, account, wish.priceCents).length > 0,
  )
  return {
    refusal: 'no_free_amount',
    details: {
      freeInSeconds: Math.ceil((Math.min(...ends) + 1 - model.now) / S), // held to the end of its last millisecond
      otherChannels: [...new Set(others.map(({ channel }) => channel))],
    },
  }
}
