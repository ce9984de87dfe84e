/** Callbacks that were given up, and that nobody has sent again with success. */
import { asNumber } from '../com/db/index.ts'
import type { Shop } from './shop.ts'

const DAY_MS = 86_400_000

const COUNTED_DAYS = 7

/** Of the last seven days, by merchant. Tests, and what was meant for endpoints that are gone, do not count. */
export async function countDeadCallbacks(shop: Shop): Promise<Map<string, number>> {
  const rows = await shop.db
    .selectFrom('callbacks')
    .select((from) => ['merchant_id', from.fn.countAll().as('count')])
    .where('dead_at', '>=', shop.now() - COUNTED_DAYS * DAY_MS)
    .where('delivered_at', 'is', null)
    .where('redelivery_of', 'is', null)
    .where('event', '!=', 'test.ping')
    .where('mode', '=', 'live')
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('callbacks as again')
            .select('again.id')
            .whereRef('again.redelivery_of', '=', 'callbacks.id')
            .where('again.delivered_at', 'is not', null),
        ),
      ),
    )
    .where((where) =>
      where.or([
        where('endpoint_id', 'is', null),
        where.exists(
          where
            .selectFrom('webhook_endpoints')
            .select('webhook_endpoints.id')
            .whereRef('webhook_endpoints.id', '=', 'callbacks.endpoint_id'),
        ),
      ]),
    )
    .groupBy('merchant_id')
    .execute()
  return new Map(rows.map((row) => [row.merchant_id, asNumber(row.count)]))
}
