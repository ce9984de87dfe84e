import { t } from '../texts/codes.ts'
import type { DraftProblem } from './use-code-drafts.ts'

type Step = Parameters<typeof t>[0]

const NEXT_STEPS: Partial<Record<DraftProblem, Step>> = {
  heic: 'nextHeic',
  webp: 'nextFormat',
  gif: 'nextFormat',
  other: 'nextFormat',
  damaged: 'nextFormat',
  bad_picture: 'nextFormat',
  unsupported_media_type: 'nextFormat',
  too_many_pixels: 'nextSmaller',
  picture_too_large: 'nextSmaller',
  no_code_in_picture: 'nextNoCode',
  not_a_receiving_code: 'nextNotReceiving',
  duplicate_code: 'nextDuplicate',
}

/** @returns what the seller can do about a refused picture. */
export function nextStep(problem: DraftProblem): string {
  return t(NEXT_STEPS[problem] ?? 'nextRetry')
}

/** Nothing is wrong with the picture itself: the same one may be read later. */
export function passesByItself(problem: DraftProblem): boolean {
  return NEXT_STEPS[problem] === undefined
}
