/** Forgetting how callbacks were sent, once that is long over: attempts are the bulk of what is kept. */
import type { ExpressionBuilder } from 'kysely'
import type { Database } from '../sql/schema.ts'
import { transaction, type Shop } from './shop.ts'

const DAY_MS = 86_400_000

/** Rows at a time: nobody waits long for a lock. */
const BATCH = 200

/** Of one call; what is left then has time until the next. */
const MOST_BATCHES = 20

/** The clock's part, outside anybody's transaction. Goes on where it stopped when it is called again. */
export async function dropOldCallbacks(shop: Shop): Promise<void> {
  const ended: Ended = {
    before: shop.now() - shop.settings.current.callbackKeptDays * DAY_MS,
    butOf: await listToSee(shop),
  }
  for (let batch = 0; batch < MOST_BATCHES && (await dropAttempts(shop, ended)) === BATCH; batch += 1);
  for (let batch = 0; batch < MOST_BATCHES && (await dropCallbacks(shop, ended)) === BATCH; batch += 1);
}

/** Delivered, or given up and no alert of it is left to be seen; both before that time. */
interface Ended {
  readonly before: number
  /** Merchants of whose dead callbacks the seller has yet to see the alert. */
  readonly butOf: readonly string[]
}

async function listToSee(shop: Shop): Promise<string[]> {
  const alerts = await shop.db
    .selectFrom('alerts')
    .select('detail')
    .where('kind', 'in', ['callback_dead', 'endpoint_gone'])
    .where('seen_at', 'is', null)
    .execute()
  const ids = alerts.map(({ detail }) => (JSON.parse(detail) as { callback?: string }).callback ?? '')
  if (ids.length === 0) return []
  const rows = await shop.db
    .selectFrom('callbacks')
    .select('merchant_id')
    .distinct()
    .where('id', 'in', ids)
    .execute()
  return rows.map((row) => row.merchant_id)
}

async function dropAttempts(shop: Shop, ended: Ended): Promise<number> {
  const old = await shop.db
    .selectFrom('callback_attempts')
    .innerJoin('callbacks', 'callbacks.id', 'callback_attempts.callback_id')
    .select('callback_attempts.id')
    .where('callback_attempts.at', '<', ended.before)
    .where((where) => isOver(where, ended))
    .orderBy('callback_attempts.at')
    .limit(BATCH)
    .execute()
  if (old.length === 0) return 0
  const ids = old.map(({ id }) => id)
  await shop.db.deleteFrom('callback_attempts').where('id', 'in', ids).execute()
  return old.length
}

/**
 * Those of an order stay as long as it does: they say that its site was told, and keep it from being told twice. So do
 * those that were sent again, and those that are it: together they say whether what died has arrived after all.
 */
async function dropCallbacks(shop: Shop, ended: Ended): Promise<number> {
  const old = await shop.db
    .selectFrom('callbacks')
    .select('callbacks.id')
    .where('order_id', 'is', null)
    .where('redelivery_of', 'is', null)
    .where((where) => isOver(where, ended))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('callbacks as again')
            .select('again.id')
            .whereRef('again.redelivery_of', '=', 'callbacks.id'),
        ),
      ),
    )
    .limit(BATCH)
    .execute()
  if (old.length === 0) return 0
  const ids = old.map(({ id }) => id)
  const keys = ids.map((id) => `callback:${id}`)
  await transaction(shop, async (tx) => {
    await tx.db.deleteFrom('jobs').where('job_key', 'in', keys).execute()
    await tx.db.deleteFrom('callbacks').where('id', 'in', ids).execute()
    await tx.db.deleteFrom('callback_attempts').where('callback_id', 'in', ids).execute()
  })
  return old.length
}

function isOver(where: ExpressionBuilder<Database, 'callbacks'>, { before, butOf }: Ended) {
  const dead = [
    where('callbacks.dead_at', '<', before),
    ...(butOf.length > 0 ? [where('callbacks.merchant_id', 'not in', butOf)] : []),
  ]
  return where.or([where('callbacks.delivered_at', '<', before), where.and(dead)])
}
