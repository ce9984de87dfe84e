/** What signs the calls that an order of our own API asked for by itself, to its `notify_url`: one per merchant and mode. */
import type { CallbackRow, NotifySecretRow } from '../sql/schema.ts'
import { getMerchant, newWebhookSecret } from './merchants.ts'
import { transaction, type Shop } from './shop.ts'
import type { Mode } from './vocabulary.ts'

/** How long the secret before signs beside the new one. */
export const SECRET_OVERLAP_MS = 24 * 3_600_000

/** @returns what signs now, the newest first. Until a site asked for one, a secret that nobody was shown. */
export async function listNotifySecrets(
  shop: Shop,
  { merchant_id: merchantId, mode }: Pick<CallbackRow, 'merchant_id' | 'mode'>,
): Promise<string[]> {
  const row = await findRow(shop, merchantId, mode)
  if (!row) return [(await getMerchant(shop, merchantId)).webhook_secret]
  return signingSecrets(row, shop.now())
}

/** The present secret, and the one before while both are good. */
export function signingSecrets(
  row: Pick<NotifySecretRow, 'secret' | 'previous_secret' | 'previous_until'>,
  now: number,
): string[] {
  const { secret, previous_secret: previous, previous_until: until } = row
  return previous !== null && (until ?? 0) > now ? [secret, previous] : [secret]
}

/** @returns the new secret, the only time that it is seen, and until when the one before signs too; null: there was none. */
export async function renewNotifySecret(
  shop: Shop,
  merchantId: string,
  mode: Mode,
): Promise<{ readonly secret: string; readonly previousUntil: number | null }> {
  return transaction(shop, async (tx) => {
    const secret = newWebhookSecret()
    const before = await findRow(tx, merchantId, mode)
    const previousUntil = before ? tx.now() + SECRET_OVERLAP_MS : null
    if (before) {
      const set = { secret, previous_secret: before.secret, previous_until: previousUntil }
      await tx.db
        .updateTable('notify_secrets')
        .set(set)
        .where('merchant_id', '=', merchantId)
        .where('mode', '=', mode)
        .execute()
    } else {
      const row = { merchant_id: merchantId, mode, secret, previous_secret: null, previous_until: null }
      await tx.db
        .insertInto('notify_secrets')
        .values({ ...row, created_at: tx.now() })
        .execute()
    }
    return { secret, previousUntil }
  })
}

async function findRow(shop: Shop, merchantId: string, mode: Mode): Promise<NotifySecretRow | undefined> {
  return shop.db
    .selectFrom('notify_secrets')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('mode', '=', mode)
    .executeTakeFirst()
}
