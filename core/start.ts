/** What a shop needs before it opens: made once, by whichever process comes first. */
import { hashPassword } from '../com/passwords.ts'
import { isDuplicate } from '../com/db/index.ts'
import { seedAccounts } from './accounts.ts'
import { graceAfterOutage, noteAlive } from './expiry.ts'
import { seedListener } from './listeners.ts'
import { loadRules, seedRules } from './notification-rules.ts'
import { loadListeners } from './signers.ts'
import { loadSettings } from './settings.ts'
import { transaction, type Shop } from './shop.ts'
import { isNewEnvironmentPassword, seedOwner } from './sign-in.ts'

/** Safe to run at every start and by several processes at once. */
export async function prepareShop(
  shop: Shop,
  environment: { listenerSecret?: string | undefined; adminPassword?: string | undefined },
): Promise<void> {
  const { adminPassword: text } = environment
  const isNew = text !== undefined && (await isNewEnvironmentPassword(shop, text))
  const password = isNew ? { text, hash: await hashPassword(text) } : undefined
  await once(() =>
    transaction(shop, async (tx) => {
      const accounts = await seedAccounts(tx)
      await seedListener(tx, accounts, environment.listenerSecret)
      await seedRules(tx)
      await seedOwner(tx, password)
    }),
  )
  await loadSettings(shop)
  await loadListeners(shop)
  await loadRules(shop)
  await graceAfterOutage(shop)
  await once(() => noteAlive(shop))
}

/** Two processes may make the same first rows: whoever comes second finds them made. */
async function once(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    await work()
  }
}
