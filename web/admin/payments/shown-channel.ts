import type { AdminPayment } from '../../../api/contract/admin-orders.ts'
import { CHANNELS, WALLET_APPS, type Channel } from '../../../core/vocabulary.ts'

/**
 * For showing only: of money that nobody could read, the app that the notification came from still says which wallet
 * to look into.
 */
export function shownChannel({
  channel,
  rawType,
}: Pick<AdminPayment, 'channel' | 'rawType'>): Channel | undefined {
  return channel ?? CHANNELS.find((one) => WALLET_APPS[one] === rawType)
}
