/** A statement of a transaction that may wait until something else is said. */
import type { CompiledQuery, QueryResult } from 'kysely'

export interface Waiting<R = unknown> {
  /** `finds`: whoever says it starts the transaction over when it finds no row. */
  readonly wait: 'said' | 'finds'
  /** Called with what it found, once it was said, unless it is said at once: then that is the answer. */
  readonly hear?: (result: QueryResult<R>) => void
}

export type WaitingQuery<R = unknown> = CompiledQuery<R> & Waiting<R>

export function waitOf(query: CompiledQuery): Waiting['wait'] | undefined {
  return (query as Partial<WaitingQuery>).wait
}

export function hearerOf(query: CompiledQuery): Waiting['hear'] {
  return (query as Partial<WaitingQuery>).hear
}
