/** Telling a merchant's site once more, by hand. */
import { nanoid } from 'nanoid'
import type { CallbackRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { getCallback } from './callback-jobs.ts'
import { callbackState } from './callback-log.ts'
import { insertCallback, wakeCallbacks } from './callbacks.ts'
import { fail } from './errors.ts'
import { transaction, type Shop, type Tx } from './shop.ts'

/**
 * The same content under an id of its own, by the whole schedule, to where its endpoint is now. The first of a chain
 * stays named; what was delivered or died stays as it is.
 *
 * @param actor an admin, for the audit; undefined for the merchant itself.
 * @returns the new id.
 * @throws ShopError `not_found`, also when its endpoint was removed; `wrong_state` while it is still on its way
 */
export async function redeliverCallback(shop: Shop, id: string, actor?: Actor): Promise<string> {
  const made = await transaction(shop, async (tx) => {
    const callback = await getCallback(tx, id)
    if (callbackState(callback) === 'waiting') fail('wrong_state', { state: 'waiting' })
    const {
      id: _id,
      host: _host,
      created_at: _at,
      delivered_at: _done,
      dead_at: _dead,
      ...content
    } = callback
    const again = await insertCallback(tx, {
      ...content,
      callback_key: `redelivery:${nanoid()}`,
      url: await presentUrl(tx, callback),
      redelivery_of: callback.redelivery_of ?? callback.id,
    })
    if (actor) await recordAudit(tx, actor, 'callbacks.redeliver', id, null, { id: again })
    return again ?? fail('wrong_state')
  })
  wakeCallbacks(shop)
  return made
}

async function presentUrl(tx: Tx, { url, endpoint_id: endpointId }: CallbackRow): Promise<string> {
  if (endpointId === null) return url
  const endpoint = await tx.db
    .selectFrom('webhook_endpoints')
    .select('url')
    .where('id', '=', endpointId)
    .executeTakeFirst()
  return endpoint?.url ?? fail('not_found', { what: 'endpoint' })
}

/**
 * What waits for its next attempt is tried now; the ones after it keep their gaps.
 *
 * @throws ShopError `not_found`; `wrong_state` for what is not waiting, or is being tried at this moment
 */
export async function hastenCallback(shop: Shop, id: string, actor?: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    await getCallback(tx, id)
    const { numUpdatedRows } = await tx.db
      .updateTable('jobs')
      .set({ due_at: tx.now() })
      .where('job_key', '=', `callback:${id}`)
      .where('done_at', 'is', null)
      .where('dead_at', 'is', null)
      .where('leased_until', '<', tx.now())
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) fail('wrong_state')
    if (actor) await recordAudit(tx, actor, 'callbacks.hasten', id, null, null)
  })
  wakeCallbacks(shop)
}
