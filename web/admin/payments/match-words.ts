import { OPEN_MATCHES, type MatchKind } from '../../../core/vocabulary.ts'
import { t } from '../texts/payments.ts'

/** @returns what a match means and what there is to do. */
export function matchWords(match: MatchKind): string {
  return t(`${match}Why`)
}

/** Whether such a payment waits for the seller. */
export function isOpen(match: MatchKind): boolean {
  return OPEN_MATCHES.some((one) => one === match)
}
