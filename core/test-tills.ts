/** Wallets that do not exist: test orders claim their amounts there, and a call pays them instead of money. */
import { isDuplicate } from '../com/db/index.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { announceTills } from './tills.ts'
import { CHANNELS, type Channel } from './vocabulary.ts'

/** In the place of a device: who reports the payments of test orders. */
export const TEST_LISTENER = 'test'

const ACCOUNT_IDS: Readonly<Record<Channel, string>> = {
  wechat: 'test-account-wechat--',
  alipay: 'test-account-alipay--',
}

const CODE_IDS: Readonly<Record<Channel, string>> = {
  wechat: 'test-code----wechat--',
  alipay: 'test-code----alipay--',
}

/** No wallet can pay it. */
const PAYLOAD = 'QRTILL TEST ORDER, DO NOT PAY'

/** Makes them when they are not there yet. Idempotent. */
export async function ensureTestTills(shop: Shop): Promise<void> {
  for (const channel of CHANNELS) {
    const id = ACCOUNT_IDS[channel]
    const found = await shop.db.selectFrom('accounts').select('id').where('id', '=', id).executeTakeFirst()
    if (!found) await makeTestTill(shop, channel)
  }
}

async function makeTestTill(shop: Shop, channel: Channel): Promise<void> {
  try {
    await transaction(shop, (tx) => insertTestTill(tx, channel))
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  announceTills(shop)
}

async function insertTestTill(tx: Tx, channel: Channel): Promise<void> {
  const now = tx.now()
  const common = { enabled_at: now, created_at: now }
  await tx.db
    .insertInto('accounts')
    .values({
      ...common,
      id: ACCOUNT_IDS[channel],
      channel,
      name: 'test',
      daily_cap_cents: null,
      quiet_from: null,
      quiet_to: null,
      test_at: now,
      alipay_user_id: null,
    })
    .execute()
  await tx.db
    .insertInto('payee_codes')
    .values({
      ...common,
      id: CODE_IDS[channel],
      account_id: ACCOUNT_IDS[channel],
      amount_cents: null,
      payload: PAYLOAD,
      payload_key: CODE_IDS[channel],
      verified_at: null,
    })
    .execute()
}
