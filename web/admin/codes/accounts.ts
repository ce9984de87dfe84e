import type { AccountView } from '../../../api/contract/admin-codes.ts'
import type { Channel } from '../../../core/vocabulary.ts'

/** The accounts of a channel, the oldest first. */
export function accountsOf(accounts: readonly AccountView[], channel: Channel): AccountView[] {
  return accounts.filter((account) => account.channel === channel)
}
