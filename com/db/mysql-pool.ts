/** Connections to MySQL on which nothing waits without an end, and of which broken ones are thrown away. */
import type { Socket } from 'node:net'
import type { Pool, PoolConnection } from 'mysql2'
import { DatabaseAway, isUnreachable } from './errors.ts'

const ACQUIRE_MS = 3_000
const FAREWELL_MS = 1_000

/** How long a statement waits for a lock; then it fails with an error that leads to another try. */
export const LOCK_WAIT_S = 3

/** Said on every new connection. Backslash escapes stay on: the driver relies on them. */
const MANNERS = [
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_S}, autocommit = 1`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
]

/** A connection for as long as its taker needs it. */
export interface Line {
  /** @returns rows, or what the server says of a change; a list of these when the text is several statements. */
  say(text: Text): Promise<unknown>
  release(): void
}

export interface Text {
  readonly sql: string
  readonly values: readonly unknown[]
  /** For all of it; then the connection is given up. */
  readonly timeoutMs: number
  /** Called for each statement that was carried out, also before one that fails. */
  readonly onDone?: () => void
}

export interface CarefulPool {
  /** @throws DatabaseAway when none comes free in time */
  take(): Promise<Line>
  end(): Promise<void>
}

export function carefulPool(pool: Pool): CarefulPool {
  const known = new Set<PoolConnection>()

  function meet(raw: PoolConnection): void {
    known.add(raw)
    raw.on('error', () => known.delete(raw)) // every query reports its own; unheard, it would end the process
    raw.on('end', () => known.delete(raw))
  }

  function discard(raw: PoolConnection): void {
    known.delete(raw)
    raw.destroy()
    socketOf(raw).destroy() // a frozen server would never answer the farewell
  }

  async function prepare(raw: PoolConnection): Promise<void> {
    if (known.has(raw)) return
    meet(raw)
    try {
      await Promise.all(MANNERS.map((sql) => say(raw, { sql, values: [], timeoutMs: ACQUIRE_MS })))
    } catch (error) {
      discard(raw)
      throw error
    }
  }

  function lineOf(raw: PoolConnection): Line {
    return {
      async say(text) {
        try {
          return await say(raw, text)
        } catch (error) {
          if (isUnreachable(error)) discard(raw)
          throw error
        }
      },
      release: () => raw.release(),
    }
  }

  return {
    take() {
      return new Promise((resolve, reject) => {
        let late = false
        const timer = setTimeout(() => {
          late = true
          reject(new DatabaseAway('DATABASE_BUSY', `No database connection within ${ACQUIRE_MS / 1000} s`))
        }, ACQUIRE_MS)
        const refuse = (error: unknown) => {
          clearTimeout(timer)
          reject(error as Error)
        }
        pool.getConnection((error, raw) => {
          if (error) return refuse(error)
          prepare(raw).then(() => {
            clearTimeout(timer)
            if (late) raw.release()
            else resolve(lineOf(raw))
          }, refuse)
        })
      })
    },
    end() {
      return new Promise((resolve) => {
        const giveUp = () => {
          known.forEach(discard)
          resolve()
        }
        setTimeout(giveUp, FAREWELL_MS).unref() // a socket that is still open keeps the process until then
        pool.end(() => resolve())
      })
    },
  }
}

/** The driver's types leave it out. */
function socketOf(raw: PoolConnection): Socket {
  return (raw as PoolConnection & { stream: Socket }).stream
}

function say(raw: PoolConnection, { sql, values, timeoutMs, onDone }: Text): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const question = { sql, values: [...values], timeout: timeoutMs }
    const command = raw.query(question, (error, answer) => (error ? reject(error) : resolve(answer)))
    if (onDone) command.on('fields', onDone) // of every statement, also of one that answers no rows
  })
}
