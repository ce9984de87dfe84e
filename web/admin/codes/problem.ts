/** Why a picture was refused, in words, and what to do next. */
import type { ApiError } from '../../http.ts'
import { t } from '../texts/codes.ts'
import type { PictureProblem } from './shrink-picture.ts'

type Text = Parameters<typeof t>[0]

export interface Problem {
  readonly sentence: string
  readonly next: string
  /** What the picture's code says, where it was read. */
  readonly decoded: string
  /** Nothing is wrong with the picture itself: the same one may be read later. */
  readonly passes: boolean
}

/** The reasons of the server that are more exact than its sentence. */
const REASONS: Readonly<Record<string, Text>> = {
  wechat_payment_code: 'wechat_payment_code',
  alipay_payment_code: 'alipay_payment_code',
  wechat_merchant_code: 'wechat_merchant_code',
  alipay_merchant_code: 'alipay_merchant_code',
  group_or_profile_code: 'group_or_profile_code',
  unknown_code: 'unknown_code',
  several_codes: 'several_codes',
}

const NEXT_STEPS: Partial<Record<ApiError['code'] | PictureProblem, Text>> = {
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

export function localProblem(code: PictureProblem | 'duplicate_code' | 'not_a_receiving_code'): Problem {
  return { sentence: t(code), next: t(NEXT_STEPS[code] ?? 'nextRetry'), decoded: '', passes: false }
}

export function problemOf({ code, message, details }: ApiError): Problem {
  const reason = REASONS[String(details.reason)]
  const next = reason === 'several_codes' ? 'nextSmaller' : NEXT_STEPS[code]
  return {
    sentence: reason ? t(reason) : message,
    next: t(next ?? 'nextRetry'),
    decoded: typeof details.text === 'string' ? details.text : '',
    passes: next === undefined,
  }
}
