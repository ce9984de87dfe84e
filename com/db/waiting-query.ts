/** A statement of a transaction that may wait until something else is said. */
import type { CompiledQuery, QueryResult } from 'kysely'
import { RetryTransaction } from './errors.ts'

export interface Waiting<R = unknown> {
  /** `finds`: nothing after it is carried out when it finds no row. */
  readonly wait: 'said' | 'finds'
  /** What is thrown then; the transaction starts over unless it says otherwise. */
  readonly otherwise?: (() => Error) | undefined
  /** Called with what it found, once it was said, unless it is said at once: then that is the answer. */
  readonly hear?: (result: QueryResult<R>) => void
}

export type WaitingQuery<R = unknown> = CompiledQuery<R> & Waiting<R>

export function waitOf(query: CompiledQuery): Waiting['wait'] | undefined {
  return (query as Partial<WaitingQuery>).wait
}

/** What is thrown when it finds no row. */
export function errorOf(query: CompiledQuery | undefined): Error {
  return (query as Partial<WaitingQuery> | undefined)?.otherwise?.() ?? new RetryTransaction()
}

export function hearerOf(query: CompiledQuery): Waiting['hear'] {
  return (query as Partial<WaitingQuery>).hear
}
