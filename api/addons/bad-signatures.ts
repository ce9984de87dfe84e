/** Signatures that are wrong again and again, in whatever dialect: slowly, and told to the seller once. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'koa'
import { raiseAlert } from '../../core/alerts.ts'
import { networkOf } from '../../core/network.ts'
import type { ApiContext } from '../context.ts'
import { addressOf } from '../reader.ts'

const SLOW_MS = 2_000
const MAX_SLOW = 200

/** Resolves when a wrong signature may be answered. A right one never waits. */
export type WeighBadSignature = (ctx: Context) => Promise<void>

export function createBadSignatures({ shop, badSignLimit }: ApiContext): WeighBadSignature {
  let slow = 0
  return async (ctx) => {
    const { limit, windowMs } = badSignLimit
    const net = networkOf(addressOf(ctx))
    const hit = limit > 0 ? await shop.store.hit(`bad-sign:${net}`, limit, windowMs) : undefined
    shop.log.warn({ address: addressOf(ctx), path: ctx.path }, 'a bad signature')
    if (!hit || hit.allowed) return
    if (hit.count === limit + 1) {
      await raiseAlert(shop, 'bad_signatures', net, { windowMs }).catch(() => undefined)
    }
    if (slow >= MAX_SLOW) return
    slow += 1
    await sleep(SLOW_MS).finally(() => (slow -= 1))
  }
}
