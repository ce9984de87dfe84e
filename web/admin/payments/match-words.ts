import type { AdminPayment } from '../../../api/contract/admin-orders.ts'
import { OPEN_MATCHES, type MatchKind } from '../../../core/vocabulary.ts'
import { t } from '../texts/payments.ts'

/** @returns what a match means and what there is to do. */
export function matchWords(match: MatchKind): string {
  return t(`${match}Why`)
}

/** Whether such money needs the seller. */
export function isOpen(match: MatchKind): boolean {
  return OPEN_MATCHES.some((one) => one === match)
}

/** What the seller decided about money that no order took; undefined while it waits for that. */
export function decisionOf({
  match,
  caseState,
}: Pick<AdminPayment, 'match' | 'caseState'>): 'assigning' | 'refunded' | 'ignored' | undefined {
  if (!isOpen(match)) return undefined
  return caseState === 'assigning' || caseState === 'refunded' || caseState === 'ignored'
    ? caseState
    : undefined
}
