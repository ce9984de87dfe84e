/** The secrets of listener devices: shown to whoever sets a phone up, and renewed. */
import { recordAudit, type Actor } from './audit.ts'
import { announceListeners, getListener, newSecret } from './listeners.ts'
import { transaction, type Shop } from './shop.ts'

/** For the admin who sets the phone up; that it was shown is on record. @throws ShopError `not_found` */
export async function showListenerSecret(shop: Shop, id: string, actor: Actor): Promise<string> {
  const { secret } = await getListener(shop, id)
  await transaction(shop, (tx) => recordAudit(tx, actor, 'listeners.show-secret', id, null, null))
  return secret
}

/** The old secret stops working at once. @throws ShopError `not_found` */
export async function renewListenerSecret(shop: Shop, id: string, actor: Actor): Promise<string> {
  const secret = newSecret()
  await transaction(shop, async (tx) => {
    await getListener(tx, id)
    await tx.db.updateTable('listeners').set({ secret }).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'listeners.renew', id, null, null)
  })
  await announceListeners(shop, id)
  return secret
}
