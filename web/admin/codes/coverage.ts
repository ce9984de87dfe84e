import type { AccountView, Coverage } from '../../../api/contract/admin-codes.ts'
import { CHANNELS, type Channel } from '../../../core/vocabulary.ts'

export type Row = Coverage['channels'][number]

/** @returns how many amounts of the row no code can show. */
export function countMissing(row: Row): number {
  return row.amounts.filter((one) => one.by === 'nothing').length
}

/** Channels that sell: an account of theirs is on. The others need no codes. */
export function openChannels(accounts: readonly AccountView[]): Channel[] {
  return CHANNELS.filter((channel) => accounts.some((one) => one.enabled && one.channel === channel))
}

/** Open channels on which a price lacks codes that one free-amount code would make up for. */
export function channelsInNeed(coverage: readonly Coverage[], open: readonly Channel[]): Channel[] {
  const rows = coverage.flatMap((price) => price.channels).filter((row) => countMissing(row) > 0)
  return open.filter((channel) => rows.some((row) => row.channel === channel))
}
