import type { tryNotification } from '../../../api/contract/admin-rules.ts'
import type { ReplyOf } from '../../../api/contract/operation.ts'
import { formatYuan } from '../../../core/money.ts'
import { t } from '../texts/rules.ts'
import { word } from '../texts/words.ts'

/** What would become of a notification, in a sentence. */
export function outcomeText({ outcome, channel, amountCents }: ReplyOf<typeof tryNotification>): string {
  const amount = amountCents === null ? '' : formatYuan(amountCents)
  return t(`outcome_${outcome}`, { amount, channel: channel ? word(channel) : '' })
}
