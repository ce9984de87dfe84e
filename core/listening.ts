/** Whether anybody listens for a merchant's money, as far as the devices tell. */
import { fail, ShopError } from './errors.ts'
import type { Shop } from './shop.ts'
import { isSilent, isWithin, listTills, type Till, type TillScope } from './tills.ts'
import type { Channel } from './vocabulary.ts'

export interface Listening {
  /** Unix ms of the latest sign of life; null: there was none yet. */
  readonly heardAt: number | null
  /** Unix ms of the latest notice of money. */
  readonly noticedAt: number | null
  /** `silent`: every device in question says that it is alive, and none did lately. */
  readonly state: 'never' | 'silent' | 'there'
}

export async function readListening(shop: Shop, scope: TillScope): Promise<Listening> {
  const tills = (await listTills(shop)).filter((till) => isMeant(till, scope))
  const ids = new Set(tills.map(({ account }) => account.id))
  const devices = (await listDevices(shop)).filter(({ account_id: id }) => ids.has(id))
  const heardAt = latest(devices.flatMap((one) => [one.heartbeat_at, one.checked_at, one.noticed_at]))
  const noticedAt = latest(devices.map((one) => one.noticed_at))
  const silent = tills.every((till) => isSilent(till, shop.now()))
  return { heardAt, noticedAt, state: heardAt === null ? 'never' : silent ? 'silent' : 'there' }
}

/** Runs `work`, and says of its refusal that nobody listens on the channel where that is why. */
export async function orUnheard<T>(
  shop: Shop,
  channel: Channel,
  scope: TillScope,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const hasNoTill = error instanceof ShopError && error.code === 'no_code_for_price'
    if (hasNoTill && (await isUnheard(shop, channel, scope))) fail('nobody_listens', error.details)
    throw error
  }
}

async function isUnheard(shop: Shop, channel: Channel, scope: TillScope): Promise<boolean> {
  const tills = (await listTills(shop)).filter(
    (till) => till.account.channel === channel && isMeant(till, scope),
  )
  return tills.length > 0 && tills.every((till) => isSilent(till, shop.now()))
}

function isMeant({ account }: Till, scope: TillScope): boolean {
  const isOfMode = (account.test_at !== null) === scope.test
  return isOfMode && isWithin(scope.channels, account.channel) && isWithin(scope.accountIds, account.id)
}

function listDevices(shop: Shop) {
  return shop.db
    .selectFrom('listener_accounts')
    .innerJoin('listeners', 'listeners.id', 'listener_accounts.listener_id')
    .select(['account_id', 'heartbeat_at', 'checked_at', 'noticed_at'])
    .where('listeners.enabled_at', 'is not', null)
    .execute()
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.max(...known)
}
