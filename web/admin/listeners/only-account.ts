import type { AccountView } from '../../../api/contract/admin-codes.ts'
import type { Channel } from '../../../core/vocabulary.ts'

/** @returns the id of the account that a new device most likely reports: the only one in use; empty for none. */
export function onlyAccountOn(accounts: readonly AccountView[], channel: Channel): string {
  const [first, ...others] = accounts.filter((one) => one.channel === channel && one.enabled)
  return first && others.length === 0 ? first.id : ''
}
