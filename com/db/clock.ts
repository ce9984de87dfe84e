/** The time by the database, so that several processes agree on it. */
import { CompiledQuery } from 'kysely'
import type { Kysely, QueryResult } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import type { Engine } from './index.ts'
import type { WaitingQuery } from './waiting-query.ts'

export interface Clock {
  /** Unix ms, estimated from the last known difference to the process's clock. */
  now(): number
  /** Unix ms, asked of the database; the embedded engine has the process's clock. */
  read(handle: Kysely<Database>): Promise<number>
  /** The same inside a transaction, asked together with what is read first in it. */
  readWith<R>(
    handle: Kysely<Database>,
    first: () => Promise<R>,
  ): Promise<{ readonly now: number; readonly found: R }>
}

const THE_TIME = CompiledQuery.raw('select unix_timestamp(now(3)) as at') as CompiledQuery<{ at: string }>

/** @param offsetMs added to every reading. */
export function createClock(engine: Engine, offsetMs: () => number): Clock {
  let difference = 0

  function note(asked: number, { rows }: QueryResult<{ at: string }>): number {
    const at = Math.round(Number(rows[0]?.at) * 1000)
    difference = Math.round(at - (asked + Date.now()) / 2)
    return at + offsetMs()
  }

  async function read(handle: Kysely<Database>): Promise<number> {
    if (engine === 'sqlite') return Date.now() + offsetMs()
    return note(Date.now(), await handle.executeQuery(THE_TIME))
  }

  return {
    now: () => Date.now() + difference + offsetMs(),
    read,
    async readWith(handle, first) {
      if (engine === 'sqlite') return { now: await read(handle), found: await first() }
      const asked = Date.now()
      let now: number | undefined
      const waiting: WaitingQuery<{ at: string }> = {
        ...THE_TIME,
        wait: 'said',
        hear: (result) => (now = note(asked, result)),
      }
      await handle.executeQuery(waiting)
      const found = await first()
      return { now: now ?? (await read(handle)), found }
    },
  }
}
