/** The accounts that a device can report for. */
import type { AccountView } from '../../../api/contract/admin-codes.ts'
import type { ListenerView } from '../../../api/contract/admin-system.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { t } from '../texts/listeners.ts'
import { accountName } from '../texts/words.ts'

/** What a channel's list offers: nothing, or one of its accounts. */
export function optionsOf(accounts: readonly AccountView[], channel: Channel) {
  const own = accounts.filter((account) => account.channel === channel)
  return [
    { value: '', label: t('reportsNone') },
    ...own.map((account) => {
      const name = accountName(account)
      return { value: account.id, label: account.enabled ? name : t('nameOff', { name }) }
    }),
  ]
}

/** @returns the names of the devices in use, other than `exceptId`, that report for the account too. */
export function othersOn(
  accountId: string,
  listeners: readonly ListenerView[],
  exceptId: string | undefined,
): string[] {
  return listeners
    .filter((one) => one.enabled && one.id !== exceptId && one.accountIds.includes(accountId))
    .map((one) => one.name)
}
