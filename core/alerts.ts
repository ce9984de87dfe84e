/** What the seller should know without asking. Shown on the overview until it has been seen. */
import { nanoid } from 'nanoid'
import type { AlertRow } from '../sql/schema.ts'
import type { Shop } from './shop.ts'
import type { AlertKind } from './vocabulary.ts'

/** One unseen alert per kind, subject and detail: what is known already is not said again. */
export async function raiseAlert(
  shop: Shop,
  kind: AlertKind,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const facts = JSON.stringify(detail)
  const known = await shop.db
    .selectFrom('alerts')
    .select('id')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('detail', '=', facts)
    .where('seen_at', 'is', null)
    .executeTakeFirst()
  if (known) return
  await shop.db
    .insertInto('alerts')
    .values({ id: nanoid(), at: shop.now(), kind, subject, detail: facts, seen_at: null })
    .execute()
  shop.log.warn({ alert: kind, subject }, 'alert')
}

/** What was told no longer holds: nobody needs to see it. @param detail as it was raised with. */
export async function settleAlert(
  shop: Shop,
  kind: AlertKind,
  detail: Record<string, unknown>,
): Promise<void> {
  await shop.db
    .updateTable('alerts')
    .set({ seen_at: shop.now() })
    .where('kind', '=', kind)
    .where('detail', '=', JSON.stringify(detail))
    .where('seen_at', 'is', null)
    .execute()
}

export async function listOpenAlerts(shop: Shop): Promise<AlertRow[]> {
  return shop.db
    .selectFrom('alerts')
    .selectAll()
    .where('seen_at', 'is', null)
    .orderBy('at', 'desc')
    .limit(50)
    .execute()
}

export async function markAlertsSeen(shop: Shop): Promise<void> {
  await shop.db.updateTable('alerts').set({ seen_at: shop.now() }).where('seen_at', 'is', null).execute()
}
