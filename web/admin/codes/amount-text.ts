import type { CodeView } from '../../../api/contract/admin-codes.ts'
import { formatYuan } from '../../../core/money.ts'
import { t } from '../texts/codes.ts'

/** @returns what a code is called in lists: its amount, or that it has none. */
export function amountText(code: Pick<CodeView, 'amountCents'>): string {
  return code.amountCents === null ? t('free') : `¥${formatYuan(code.amountCents)}`
}
