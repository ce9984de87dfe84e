/** Listener devices as the console shows them: with the addresses they came from and the last money they reported. */
import type { ListenerAddressRow, ListenerRow, PaymentRow } from '../sql/schema.ts'
import { listListeners, type ListenerWithAccounts } from './listeners.ts'
import type { Shop } from './shop.ts'

export type LastPayment = Pick<PaymentRow, 'received_at' | 'channel' | 'amount_cents' | 'match_kind'>

export type ListedListener = ListenerWithAccounts & {
  /** The latest first. */
  readonly addresses: readonly ListenerAddressRow[]
  readonly lastPayment: LastPayment | undefined
}

/** The first is the one that the environment may set. */
export async function listDevices(shop: Shop): Promise<ListedListener[]> {
  const listeners = await listListeners(shop)
  const addresses = await shop.db
    .selectFrom('listener_addresses')
    .selectAll()
    .orderBy('last_at', 'desc')
    .execute()
  return Promise.all(
    listeners.map(async (row) => ({
      ...row,
      addresses: addresses.filter((one) => one.listener_id === row.id),
      lastPayment: await findLastPayment(shop, row.id),
    })),
  )
}

function findLastPayment(shop: Shop, listenerId: string): Promise<LastPayment | undefined> {
  return shop.db
    .selectFrom('payments')
    .select(['received_at', 'channel', 'amount_cents', 'match_kind'])
    .where('listener_id', '=', listenerId)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export interface SignOfLife {
  readonly kind: 'check' | 'notice' | 'heartbeat'
  readonly at: number
}

/** @returns the latest sign of life since a moment; undefined when there was none. */
export function latestSign(row: ListenerRow, since: number): SignOfLife | undefined {
  const signs = [
    { kind: 'check', at: row.checked_at },
    { kind: 'notice', at: row.noticed_at },
    { kind: 'heartbeat', at: row.heartbeat_at },
  ] as const
  return signs
    .flatMap(({ kind, at }) => (at !== null && at >= since ? [{ kind, at }] : []))
    .sort((a, b) => b.at - a.at)[0]
}
