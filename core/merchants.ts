/** Merchants: sites that take payments through the API edition. */
import { nanoid } from 'nanoid'
import { randomBytes } from 'node:crypto'
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import type { MerchantRow, OrderRow } from '../sql/schema.ts'
import { listAccounts } from './accounts.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { createRecent } from './recent.ts'
import { transaction, type Shop } from './shop.ts'
import { WHOLE_SHOP, type TillScope } from './tills.ts'
import type { Channel, Mode } from './vocabulary.ts'

const FIRST_PID = 1001

/** Nine digits: a longer number is nobody's. */
const LAST_PID = 999_999_999

export interface MerchantInput {
  readonly name: string
  readonly enabled: boolean
  /** Empty: all of the shop's. */
  readonly channels: readonly Channel[]
  readonly accountIds: readonly string[]
  /** `shop.example.com` or `localhost:8000`: hosts to which a buyer is sent without a question. */
  readonly returnHosts: readonly string[]
  readonly callbackMethod: 'GET' | 'POST'
  /** mapi.php answers the code itself where it carries the amount. */
  readonly showQrcode: boolean
  /** 0: no limit. */
  readonly ordersPerMinute: number
  /** Where V免签 requests name none; as they were, or none, unless given. */
  readonly notifyUrl?: string | undefined
  readonly returnUrl?: string | undefined
}

export async function listMerchants(shop: Shop): Promise<MerchantRow[]> {
  return shop.db.selectFrom('merchants').selectAll().orderBy('pid').execute()
}

/** @throws ShopError `not_found` */
export async function getMerchant(shop: Shop, id: string): Promise<MerchantRow> {
  const row = await shop.db.selectFrom('merchants').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'merchant' })
}

/** As it was up to a second ago: for what pages show. @throws ShopError `not_found` */
export function findRecentMerchant(shop: Shop, id: string): Promise<MerchantRow> {
  return recent.get(shop, id)
}

const recent = createRecent(getMerchant)

/** By its number as a site sends it; undefined for an unknown or switched-off one. */
export async function findMerchant(shop: Shop, pid: string): Promise<MerchantRow | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(pid)) return undefined
  return shop.db
    .selectFrom('merchants')
    .selectAll()
    .where('pid', '=', Number(pid))
    .where('enabled_at', 'is not', null)
    .executeTakeFirst()
}

/** Who is meant at the root paths, where a protocol names no merchant. */
export async function findDefaultMerchant(shop: Shop): Promise<MerchantRow | undefined> {
  return shop.db
    .selectFrom('merchants')
    .selectAll()
    .where('default_at', 'is not', null)
    .where('enabled_at', 'is not', null)
    .orderBy('default_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/**
 * @param pid a number that a site already uses; the next free one unless given.
 * @throws ShopError `bad_input` with field `pid` when it is taken, `not_found` for an account that does not exist
 */
export async function addMerchant(
  shop: Shop,
  input: MerchantInput & { readonly pid?: number | undefined },
  actor: Actor,
): Promise<MerchantRow> {
  return transaction(shop, async (tx) => {
    await checkAccounts(tx, input)
    const taken = (await listMerchants(tx)).map(({ pid }) => pid)
    const row: MerchantRow = {
      id: nanoid(),
      pid: input.pid ?? nextPid(taken),
      default_at: taken.length === 0 ? tx.now() : null,
      webhook_secret: newWebhookSecret(),
      created_at: tx.now(),
      notify_url: '',
      return_url: '',
      ...columnsOf(input, null, tx.now()),
    }
    try {
      await tx.db.insertInto('merchants').values(row).execute()
    } catch (error) {
      if (!isDuplicate(error)) throw error
      if (input.pid === undefined) throw new RetryTransaction() // another was added at the same moment
      fail('bad_input', { field: 'pid' })
    }
    await recordAudit(tx, actor, 'merchants.add', row.id, null, { pid: row.pid, ...input })
    return row
  })
}

/** The one after the highest; where there is none after it, the first that is free. */
function nextPid(taken: readonly number[]): number {
  const next = Math.max(FIRST_PID - 1, ...taken) + 1
  if (next <= LAST_PID) return next
  const used = new Set(taken)
  let free = FIRST_PID
  while (used.has(free)) free += 1
  return free
}

/** @throws ShopError `not_found` */
export async function changeMerchant(
  shop: Shop,
  id: string,
  input: MerchantInput,
  actor: Actor,
): Promise<MerchantRow> {
  const changed = await transaction(shop, async (tx) => {
    const { webhook_secret: _secret, ...before } = await getMerchant(tx, id)
    await checkAccounts(tx, input)
    const columns = columnsOf(input, before.enabled_at, tx.now())
    await tx.db.updateTable('merchants').set(columns).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'merchants.change', id, before, input)
    return getMerchant(tx, id)
  })
  recent.forget(shop)
  return changed
}

async function checkAccounts(tx: Shop, { accountIds }: MerchantInput): Promise<void> {
  const known = new Set((await listAccounts(tx)).map(({ id }) => id))
  if (!accountIds.every((id) => known.has(id))) fail('not_found', { what: 'account' })
}

/** The one that answers at the root paths from now on. @throws ShopError `not_found` */
export async function makeDefaultMerchant(shop: Shop, id: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    await getMerchant(tx, id)
    await tx.db.updateTable('merchants').set({ default_at: null }).where('id', '!=', id).execute()
    await tx.db.updateTable('merchants').set({ default_at: tx.now() }).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'merchants.default', id, null, null)
  })
}

function columnsOf(input: MerchantInput, enabledAt: number | null, now: number) {
  return {
    name: input.name,
    enabled_at: input.enabled ? (enabledAt ?? now) : null,
    channels: JSON.stringify(input.channels),
    account_ids: JSON.stringify(input.accountIds),
    return_hosts: JSON.stringify(input.returnHosts.map((host) => host.toLowerCase())),
    callback_method: input.callbackMethod,
    qrcode_at: input.showQrcode ? now : null,
    orders_per_minute: input.ordersPerMinute,
    ...(input.notifyUrl !== undefined && { notify_url: input.notifyUrl }),
    ...(input.returnUrl !== undefined && { return_url: input.returnUrl }),
  }
}

/** As Standard Webhooks writes it: the key is what follows the prefix, decoded. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** The tills that a merchant's orders may use. */
export function scopeOf(merchant: Pick<MerchantRow, 'channels' | 'account_ids'>, mode: Mode): TillScope {
  const test = mode === 'test'
  return {
    channels: JSON.parse(merchant.channels) as Channel[],
    accountIds: test ? [] : (JSON.parse(merchant.account_ids) as string[]),
    test,
  }
}

/** The tills of an order that was placed, and whether its channel may still be changed by the buyer. */
export async function findScope(
  shop: Shop,
  order: Pick<OrderRow, 'id' | 'merchant_id' | 'test_at'>,
): Promise<{ readonly tills: TillScope; readonly mayChange: boolean }> {
  if (order.merchant_id === null) return { tills: WHOLE_SHOP, mayChange: true }
  const row = await shop.db
    .selectFrom('merchant_orders')
    .innerJoin('merchants', 'merchants.id', 'merchant_orders.merchant_id')
    .select(['mode', 'channels', 'account_ids', 'channel_fixed_at'])
    .where('order_id', '=', order.id)
    .executeTakeFirstOrThrow()
  return { tills: scopeOf(row, row.mode), mayChange: row.channel_fixed_at === null }
}

/** Whether a buyer may be sent there without a question: https, and a host that the merchant named. */
export function isTrustedReturn(merchant: Pick<MerchantRow, 'return_hosts'>, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  const named = (JSON.parse(merchant.return_hosts) as string[]).includes(host)
  return named && (protocol === 'https:' || /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host))
}

/** Whether a site may be told there. A merchant that names no host may be told anywhere. */
export function isNamedHost({ return_hosts }: Pick<MerchantRow, 'return_hosts'>, url: string): boolean {
  const named = JSON.parse(return_hosts) as string[]
  return named.length === 0 || named.includes(new URL(url).host)
}

/** How many orders a merchant may place in a minute. @throws ShopError `too_many_requests` */
export async function checkMerchantRate(shop: Shop, merchant: MerchantRow): Promise<void> {
  if (merchant.orders_per_minute === 0) return
  const rate = await shop.store.hit(`merchant:${merchant.id}`, merchant.orders_per_minute, 60_000)
  if (!rate.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(rate.retryAfterMs / 1000) })
}
