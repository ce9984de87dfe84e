/**
 * How long a decision can still be taken back, by a clock that need not be the server's: where it plainly differs,
 * the whole time is counted from when the decision was first seen.
 *
 * @param decidedAt and `undoUntil`: Unix ms of the server. @param seenAt Unix ms here.
 * @returns the time here, in Unix ms, when it ends.
 */
export function undoEnd(decidedAt: number, undoUntil: number, seenAt: number): number {
  const whole = undoUntil - decidedAt
  const left = undoUntil - seenAt
  return seenAt + (left > 0 && left <= whole ? left : whole)
}
