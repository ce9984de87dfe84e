import { findYuan } from '../../../core/money.ts'
import { codePng } from './draw-code.ts'
import type { Candidate } from './use-code-drafts.ts'

/** The longest payload that the shop keeps. */
const LONGEST = 512

/** @returns what one pasted line says: a code's text, with its amount beside it where it has one. */
export function readPastedLine(line: string): { payload: string; amountCents?: number } | undefined {
  const words = line.split(/[\s,，]+/).filter((word) => word !== '')
  const payload = words.find((word) => findYuan(word.replace(/^[¥￥]/, '')) === undefined)
  if (payload === undefined) return undefined
  const amounts = words.map((word) => findYuan(word.replace(/^[¥￥]/, '')))
  const amountCents = amounts.find((one) => one !== undefined)
  return { payload: payload.slice(0, LONGEST), ...(amountCents !== undefined && { amountCents }) }
}

/**
 * Draws each pasted line as a QR code, which then goes the way of a picture: one rule decides what a receiving
 * code is.
 */
export async function readPastedCodes(text: string): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  for (const line of text.split(/\r?\n/)) {
    const pasted = readPastedLine(line)
    const picture = pasted && (await codePng(pasted.payload))
    if (picture) candidates.push({ name: pasted.payload, picture, amountCents: pasted.amountCents })
  }
  return candidates
}
