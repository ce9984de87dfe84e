/** Where a list goes on: after the row of this time and id. Rows that come later change nothing about it. */
import { fail } from './errors.ts'

export interface Place {
  /** Unix ms. */
  readonly at: number
  readonly id: string
}

export function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}

/** @throws ShopError `bad_input` for what was not written by writeCursor */
export function readCursor(text: string): Place {
  const [, at, id] =
    /^(\d{1,15})\.([A-Za-z0-9_-]{1,32})$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  return at !== undefined && id !== undefined
    ? { at: Number(at), id }
    : fail('bad_input', { field: 'cursor' })
}

export interface ListPage<Row> {
  readonly rows: readonly Row[]
  /** Null on the last page. */
  readonly next: string | null
}

/** @param rows one more than asked for, where there is one. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
): ListPage<Row> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: last && rows.length > limit ? writeCursor(placeOf(last)) : null }
}
