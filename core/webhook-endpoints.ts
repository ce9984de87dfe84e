/** Webhook endpoints: addresses of a merchant's site that are told what happens, each with a secret of its own. */
import { nanoid } from 'nanoid'
import { RetryTransaction } from '../com/db/index.ts'
import type { CallbackRow, WebhookEndpointRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { getMerchant, newWebhookSecret } from './merchants.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import type { Mode, WebhookEvent } from './vocabulary.ts'

/** How long the secret before signs beside the new one after a rotation. */
export const SECRET_OVERLAP_MS = 24 * 3_600_000

/** Per merchant and mode: each of them is told everything that it asks for. */
export const MAX_ENDPOINTS = 16

/** Why a callback to it is given up. */
export const ENDPOINT_REMOVED = 'the endpoint was removed'

/** Rows of one statement. */
const CHUNK = 500

/** Whose endpoints; those of one mode where the caller may see no other. */
export interface EndpointOwner {
  readonly merchantId: string
  readonly mode?: Mode | undefined
}

export interface EndpointInput {
  /** One that may be called at all: see checkCallUrl of com/http.ts. */
  readonly url: string
  /** Empty: whatever happens to an order. */
  readonly events: readonly WebhookEvent[]
  readonly enabled: boolean
}

/** An endpoint and the only time that its secret is seen. */
export interface NewEndpoint {
  readonly endpoint: WebhookEndpointRow
  readonly secret: string
}

export async function listWebhookEndpoints(
  shop: Shop,
  { merchantId, mode }: EndpointOwner,
): Promise<WebhookEndpointRow[]> {
  const own = shop.db.selectFrom('webhook_endpoints').selectAll().where('merchant_id', '=', merchantId)
  const rows = mode === undefined ? own : own.where('mode', '=', mode)
  return rows.orderBy('created_at').orderBy('id').execute()
}

/** @throws ShopError `not_found`, also for another's */
export async function getWebhookEndpoint(
  shop: Shop,
  owner: EndpointOwner,
  id: string,
): Promise<WebhookEndpointRow> {
  const found = (await listWebhookEndpoints(shop, owner)).find((one) => one.id === id)
  return found ?? fail('not_found', { what: 'endpoint' })
}

/** @throws ShopError `not_found` without such a merchant, `too_many_endpoints` */
export async function addWebhookEndpoint(
  shop: Shop,
  owner: { readonly merchantId: string; readonly mode: Mode },
  input: EndpointInput,
  actor: Actor,
): Promise<NewEndpoint> {
  return transaction(shop, async (tx) => {
    await getMerchant(tx, owner.merchantId)
    if ((await listWebhookEndpoints(tx, owner)).length >= MAX_ENDPOINTS) {
      fail('too_many_endpoints', { most: MAX_ENDPOINTS })
    }
    const endpoint: WebhookEndpointRow = {
      id: nanoid(),
      merchant_id: owner.merchantId,
      mode: owner.mode,
      url: input.url,
      events: JSON.stringify(input.events),
      secret: newWebhookSecret(),
      previous_secret: null,
      previous_until: null,
      enabled_at: input.enabled ? tx.now() : null,
      created_at: tx.now(),
    }
    await tx.db.insertInto('webhook_endpoints').values(endpoint).execute()
    await recordAudit(tx, actor, 'endpoints.add', endpoint.id, null, { ...owner, ...input })
    return { endpoint, secret: endpoint.secret }
  })
}

/** What is left out stays as it is, or as somebody else changes it in the same moment. @throws ShopError `not_found` */
export async function changeWebhookEndpoint(
  shop: Shop,
  owner: EndpointOwner,
  id: string,
  input: { readonly [Name in keyof EndpointInput]?: EndpointInput[Name] | undefined },
  actor: Actor,
): Promise<WebhookEndpointRow> {
  return transaction(shop, async (tx) => {
    const before = await getWebhookEndpoint(tx, owner, id)
    const { url, events, enabled } = input
    const changed = {
      ...(url !== undefined && { url }),
      ...(events && { events: JSON.stringify(events) }),
      ...(enabled !== undefined && { enabled_at: enabled ? (before.enabled_at ?? tx.now()) : null }),
    }
    if (Object.keys(changed).length === 0) return before
    await tx.db.updateTable('webhook_endpoints').set(changed).where('id', '=', id).execute()
    const after = await getWebhookEndpoint(tx, owner, id)
    await recordAudit(tx, actor, 'endpoints.change', id, auditable(before), auditable(after))
    return after
  })
}

/** What is on its way to it is given up. @throws ShopError `not_found` */
export async function removeWebhookEndpoint(
  shop: Shop,
  owner: EndpointOwner,
  id: string,
  actor: Actor,
): Promise<void> {
  await transaction(shop, async (tx) => {
    const before = await getWebhookEndpoint(tx, owner, id)
    await tx.db.deleteFrom('webhook_endpoints').where('id', '=', id).execute()
    await giveUpCallbacks(tx, before)
    await recordAudit(tx, actor, 'endpoints.remove', id, auditable(before), null)
  })
}

/** A new secret; the one before signs beside it for a day. @throws ShopError `not_found` */
export async function rotateWebhookSecret(
  shop: Shop,
  owner: EndpointOwner,
  id: string,
  actor: Actor,
): Promise<NewEndpoint> {
  return transaction(shop, async (tx) => {
    const before = await getWebhookEndpoint(tx, owner, id)
    const set = {
      secret: newWebhookSecret(),
      previous_secret: before.secret,
      previous_until: tx.now() + SECRET_OVERLAP_MS,
    }
    const { numUpdatedRows } = await tx.db
      .updateTable('webhook_endpoints')
      .set(set)
      .where('id', '=', id)
      .where('secret', '=', before.secret)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new RetryTransaction()
    await recordAudit(tx, actor, 'endpoints.rotate', id, null, null)
    return { endpoint: { ...before, ...set }, secret: set.secret }
  })
}

/** Who ends an endpoint of which nobody asked it. */
const CLOCK: Actor = { name: 'clock', address: '' }

/**
 * Its site says that it is gone (410): it is told nothing more until somebody switches it on again. What waits for it
 * waits by its schedule.
 *
 * @returns false when it is off or removed already, or when the callback went to no endpoint.
 */
export async function endWebhookEndpoint(
  tx: Tx,
  { id: callbackId, endpoint_id: id }: Pick<CallbackRow, 'id' | 'endpoint_id'>,
): Promise<boolean> {
  if (id === null) return false
  const { numUpdatedRows } = await tx.db
    .updateTable('webhook_endpoints')
    .set({ enabled_at: null })
    .where('id', '=', id)
    .where('enabled_at', 'is not', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  await recordAudit(tx, CLOCK, 'endpoints.gone', id, { enabled: true }, { enabled: false, callbackId })
  return true
}

export async function findEndpoint(shop: Shop, id: string): Promise<WebhookEndpointRow | undefined> {
  return shop.db.selectFrom('webhook_endpoints').selectAll().where('id', '=', id).executeTakeFirst()
}

function auditable({ url, events, enabled_at }: WebhookEndpointRow) {
  return { url, events: JSON.parse(events) as WebhookEvent[], enabled: enabled_at !== null }
}

/** What is written meanwhile, by whoever saw the endpoint before it went, is given up when its turn comes. */
async function giveUpCallbacks(tx: Tx, endpoint: WebhookEndpointRow): Promise<void> {
  const open = await tx.db
    .selectFrom('callbacks')
    .select('id')
    .where('merchant_id', '=', endpoint.merchant_id)
    .where('endpoint_id', '=', endpoint.id)
    .where('delivered_at', 'is', null)
    .where('dead_at', 'is', null)
    .execute()
  const given = { dead_at: tx.now() }
  for (let from = 0; from < open.length; from += CHUNK) {
    const ids = open.slice(from, from + CHUNK).map(({ id }) => id)
    const keys = ids.map((id) => `callback:${id}`)
    const jobs = tx.db.updateTable('jobs').set({ ...given, last_error: ENDPOINT_REMOVED })
    await jobs.where('job_key', 'in', keys).where('done_at', 'is', null).execute()
    const callbacks = tx.db.updateTable('callbacks').set(given).where('id', 'in', ids)
    await callbacks.where('delivered_at', 'is', null).execute()
  }
}
