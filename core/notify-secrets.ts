/** What signs the calls that an order of our own API asked for by itself, to its `notify_url`: one per merchant and mode. */
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import type { CallbackRow, NotifySecretRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { getMerchant, newWebhookSecret } from './merchants.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import type { Mode } from './vocabulary.ts'
import { SECRET_OVERLAP_MS } from './webhook-endpoints.ts'

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

/**
 * @returns the new secret, the only time that it is seen, and until when the one before signs too; null: there was none.
 */
export async function renewNotifySecret(
  shop: Shop,
  merchantId: string,
  mode: Mode,
  actor: Actor,
): Promise<{ readonly secret: string; readonly previousUntil: number | null }> {
  return transaction(shop, async (tx) => {
    const secret = newWebhookSecret()
    const before = await findRow(tx, merchantId, mode)
    const previousUntil = before ? tx.now() + SECRET_OVERLAP_MS : null
    if (before) await replaceSecret(tx, before, secret, previousUntil)
    else await insertSecret(tx, merchantId, mode, secret)
    await recordAudit(tx, actor, 'merchants.notify-secret', merchantId, null, { mode })
    return { secret, previousUntil }
  })
}

async function replaceSecret(tx: Tx, before: NotifySecretRow, secret: string, until: number | null) {
  const { numUpdatedRows } = await tx.db
    .updateTable('notify_secrets')
    .set({ secret, previous_secret: before.secret, previous_until: until })
    .where('merchant_id', '=', before.merchant_id)
    .where('mode', '=', before.mode)
    .where('secret', '=', before.secret)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new RetryTransaction()
}

async function insertSecret(tx: Tx, merchantId: string, mode: Mode, secret: string): Promise<void> {
  const row = { merchant_id: merchantId, mode, secret, previous_secret: null, previous_until: null }
  try {
    await tx.db
      .insertInto('notify_secrets')
      .values({ ...row, created_at: tx.now() })
      .execute()
  } catch (error) {
    if (isDuplicate(error)) throw new RetryTransaction() // somebody else asked in the same moment
    throw error
  }
}

async function findRow(shop: Shop, merchantId: string, mode: Mode): Promise<NotifySecretRow | undefined> {
  return shop.db
    .selectFrom('notify_secrets')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('mode', '=', mode)
    .executeTakeFirst()
}
