/** Alipay links that carry payee and amount: nothing to upload, but not followed by every phone. WeChat has none. */
import type { AccountRow } from '../sql/schema.ts'
import { asNumber } from '../com/db/index.ts'
import { formatYuan } from './money.ts'
import type { Shop } from './shop.ts'

/** An Alipay user id, as Alipay's own pages show it. */
export const ALIPAY_USER_ID = /^2088\d{12}$/

/**
 * Opens Alipay's payment with everything filled in. With a memo Alipay does not let the amount be changed.
 *
 * @returns undefined for an account without an Alipay user id.
 */
export function amountLink(
  account: Pick<AccountRow, 'alipay_user_id'>,
  amountCents: number,
  orderId: string,
): string | undefined {
  const { alipay_user_id: payee } = account
  if (payee === null) return undefined
  const data = { s: 'money', u: payee, a: formatYuan(amountCents), m: memoOf(orderId) }
  const what = encodeURIComponent(JSON.stringify(data))
  return `alipays://platformapi/startapp?appId=20000123&actionType=scan&biz_data=${what}`
}

/** Letters and digits only, so that no phone stumbles over it; enough for the seller to find the order by. */
function memoOf(orderId: string): string {
  return orderId.replace(/[^A-Za-z0-9]/g, '').slice(0, 8)
}

/** The first time counts. */
export async function noteLinkOpened(shop: Shop, id: string): Promise<void> {
  await shop.db
    .updateTable('orders')
    .set({ link_opened_at: shop.now() })
    .where('id', '=', id)
    .where('amount_link', 'is not', null)
    .where('link_opened_at', 'is', null)
    .execute()
}

export interface LinkUse {
  readonly opened: number
  readonly paid: number
}

const DAYS_30 = 30 * 86_400_000

/** How often the link of an account was followed in the last 30 days, and how often that order was paid. */
export async function readLinkUse(shop: Shop): Promise<Map<string, LinkUse>> {
  const rows = await shop.db
    .selectFrom('orders')
    .select((from) => ['account_id', from.fn.countAll().as('opened'), from.fn.count('paid_at').as('paid')])
    .where('created_at', '>=', shop.now() - DAYS_30)
    .where('link_opened_at', 'is not', null)
    .where('test_at', 'is', null)
    .groupBy('account_id')
    .execute()
  return new Map(
    rows.map((row) => [row.account_id, { opened: asNumber(row.opened), paid: asNumber(row.paid) }]),
  )
}
