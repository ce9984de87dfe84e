import type { MatchKind } from '../../../core/vocabulary.ts'
import { t } from '../texts/payments.ts'

/** @returns what a match means and what there is to do. */
export function matchWords(match: MatchKind): string {
  return t(`${match}Why`)
}

/** Matches that wait for the seller. */
export const OPEN_MATCHES: readonly MatchKind[] = ['suggested', 'unmatched', 'surplus', 'quarantined']
