/** What the seller should know without asking. Shown on the overview until it has been seen. */
import { isDuplicate } from '../com/db/index.ts'
import { hashToken } from '../com/tokens.ts'
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
  await raise(shop, { kind, subject, detail: JSON.stringify(detail) }, ['kind', 'subject', 'detail'])
}

/** One unseen alert per kind and subject; its detail is that of the first. */
export async function raiseAlertOnce(
  shop: Shop,
  kind: AlertKind,
  subject: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await raise(shop, { kind, subject, detail: JSON.stringify(detail) }, ['kind', 'subject'])
}

/** Two that say the same in the same moment meet in its number. */
async function raise(
  shop: Shop,
  alert: Pick<AlertRow, 'kind' | 'subject' | 'detail'>,
  same: readonly (keyof typeof alert)[],
): Promise<void> {
  let known = shop.db.selectFrom('alerts').select('seen_at')
  for (const name of same) known = known.where(name, '=', alert[name])
  const before = await known.execute()
  if (before.some((one) => one.seen_at === null)) return
  const said = JSON.stringify([...same.map((name) => alert[name]), before.length])
  const id = hashToken(said).slice(0, 21)
  try {
    await shop.db
      .insertInto('alerts')
      .values({ ...alert, id, at: shop.now(), seen_at: null })
      .execute()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return
  }
  shop.log.warn({ alert: alert.kind, subject: alert.subject }, 'alert')
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

/** Newest first. `orderId` is the order to look into. */
export async function listOpenAlerts(shop: Shop): Promise<(AlertRow & { orderId: string | null })[]> {
  const rows = await shop.db
    .selectFrom('alerts')
    .selectAll()
    .where('seen_at', 'is', null)
    .orderBy('at', 'desc')
    .limit(50)
    .execute()
  return rows.map((row) => ({ ...row, orderId: orderOf(row) }))
}

function orderOf({ kind, subject, detail }: AlertRow): string | null {
  if (kind === 'mail_dead') return subject || null
  return (JSON.parse(detail) as { order?: string | null }).order ?? null
}

export async function markAlertsSeen(shop: Shop): Promise<void> {
  await shop.db.updateTable('alerts').set({ seen_at: shop.now() }).where('seen_at', 'is', null).execute()
}
