/** The time by the database, so that several processes agree on it. */
import { CompiledQuery } from 'kysely'
import type { Kysely } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import type { Engine } from './index.ts'

export interface Clock {
  /** Unix ms, estimated from the last known difference to the process's clock. */
  now(): number
  /** Unix ms, asked of the database; the embedded engine has the process's clock. */
  read(handle: Kysely<Database>): Promise<number>
}

const THE_TIME = CompiledQuery.raw('select unix_timestamp(now(3)) as at') as CompiledQuery<{ at: string }>

/** @param offsetMs added to every reading. */
export function createClock(engine: Engine, offsetMs: () => number): Clock {
  let difference = 0
  return {
    now: () => Date.now() + difference + offsetMs(),
    async read(handle) {
      if (engine === 'sqlite') return Date.now() + offsetMs()
      const asked = Date.now()
      const { rows } = await handle.executeQuery(THE_TIME)
      const at = Math.round(Number(rows[0]?.at) * 1000)
      difference = Math.round(at - (asked + Date.now()) / 2)
      return at + offsetMs()
    },
  }
}
