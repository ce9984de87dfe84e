/**
 * Whole cents of yuan. An amount is a Cents from the moment its text has been read until the moment it is
 * printed; nothing in between is a fraction.
 */
import { fail } from './errors.ts'

export type Cents = number & { readonly __unit: 'cents' }

/** The largest amount that is read anywhere: ¥9,999,999.99. */
export const MAX_CENTS = 999_999_999 as Cents

const YUAN = /^(0|[1-9]\d{0,6})(?:\.(\d{1,2}))?$/

/** Brands an integer that is known to be cents, such as a column or a field of the contract. */
export function cents(value: number): Cents {
  return value as Cents
}

/**
 * Reads a decimal yuan amount as it appears on the wire.
 *
 * @param text at most two decimals, no sign, no exponent, ASCII digits: `"9"`, `"9.9"`, `"9.90"`.
 * @returns 1 to 999 999 999, or undefined for anything else, including `"0"`, `"01"`, `"1e3"` and `"9.999"`.
 */
export function findYuan(text: string): Cents | undefined {
  const [whole, yuan, fraction = ''] = YUAN.exec(text) ?? []
  if (whole !== text || yuan === undefined) return undefined
  const value = Number(yuan) * 100 + Number(fraction.padEnd(2, '0'))
  return value > 0 ? cents(value) : undefined
}

/** As findYuan, and zeros beyond the second decimal are taken too, as merchants' sites write them: `"1.000"`. */
export function findMerchantYuan(text: string): Cents | undefined {
  return text.length > 32 ? undefined : findYuan(text.replace(/(\.\d\d)0+$/, '$1'))
}

/** As findYuan. @throws ShopError `bad_amount` */
export function parseYuan(text: string): Cents {
  return findYuan(text) ?? fail('bad_amount')
}

/** @returns the amount with two decimals and no grouping: `"12.50"`. */
export function formatYuan(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`
}
