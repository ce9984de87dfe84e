/** Schemas that several operations share. */
import * as z from 'zod/mini'
import { CHANNELS, LOCALES } from '../../core/vocabulary.ts'
import { MAX_CENTS } from '../../core/money.ts'

export const Id = z.string().check(z.regex(/^[A-Za-z0-9_-]{21}$/))
export const IdParams = z.strictObject({ id: Id })
export const Channel = z.enum(CHANNELS)
export const Locale = z.enum(LOCALES)

/** Unix milliseconds. */
export const Time = z.int()

/** Whole cents of an amount that somebody pays. */
export const Amount = z.int().check(z.minimum(1), z.maximum(MAX_CENTS))

/** Whole cents of a sum. */
export const Sum = z.int()

/** One plain ASCII address: no quotes, comments, lists or display names. */
export const Email = z
  .string()
  .check(
    z.maxLength(254),
    z.regex(
      /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}$/,
    ),
  )

/** `2026-11-22`, in the shop's time zone. */
export const Day = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}$/),
  z.refine((day) => !Number.isNaN(Date.parse(`${day}T00:00:00Z`))),
)

/** One-based. */
export const Page = z.optional(z.string().check(z.regex(/^[1-9]\d{0,5}$/)))
export const PAGE_SIZE = 20

export const Done = z.object({ ok: z.literal(true) })

/** A line of text that a person typed: no control characters. */
export function line(minimum: number, maximum: number) {
  return z.string().check(z.minLength(minimum), z.maxLength(maximum), z.regex(/^[^\u0000-\u001f\u007f]*$/))
}

/** Several lines of text. */
export function text(maximum: number) {
  return z.string().check(z.maxLength(maximum), z.regex(/^[^\u0000]*$/))
}
