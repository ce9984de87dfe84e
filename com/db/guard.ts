/**
 * Wraps a dialect's driver with what both engines need: no second connection inside a transaction, nothing more
 * in a transaction that the database has given up, and a rollback that never hides the error it follows.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely'
import { isTransient, isUnreachable } from './errors.ts'

/** Tells whether the present code runs inside a transaction. */
export interface Inside {
  /** Runs the body of a transaction. */
  run<T>(body: () => Promise<T>): Promise<T>
  /** @throws Error inside a transaction: a second connection there waits for ever once none is free. */
  refuse(): void
}

interface Guarded extends DatabaseConnection {
  readonly real: DatabaseConnection
  /** The error after which the transaction no longer exists. */
  lost?: unknown
}

/** Following the context through every promise costs time, so nothing is followed while no transaction is open. */
export function createInside(): Inside {
  const context = new AsyncLocalStorage<{ open: boolean }>()
  let transactions = 0
  return {
    async run(body) {
      const present = { open: true }
      transactions += 1
      try {
        return await context.run(present, body)
      } finally {
        present.open = false
        transactions -= 1
        if (transactions === 0) context.disable()
      }
    },
    refuse() {
      if (context.getStore()?.open) throw new Error('Inside a transaction only its own handle may be used')
    },
  }
}

export function guardDialect(dialect: Dialect, inside: Inside): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => guardDriver(dialect.createDriver(), inside),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  }
}

function guardDriver(driver: Driver, inside: Inside): Driver {
  return {
    init: () => driver.init(),
    async acquireConnection() {
      inside.refuse()
      return guardConnection(await driver.acquireConnection())
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(guarded(connection).real, settings),
    async commitTransaction(connection) {
      const { real, lost } = guarded(connection)
      if (lost !== undefined) throw lost
      await driver.commitTransaction(real)
    },
    async rollbackTransaction(connection) {
      try {
        await driver.rollbackTransaction(guarded(connection).real)
      } catch (error) {
        if (!isUnreachable(error)) throw error // a lost connection rolls back by itself
      }
    },
    releaseConnection: (connection) => driver.releaseConnection(guarded(connection).real),
    destroy: () => driver.destroy(),
  }
}

function guarded(connection: DatabaseConnection): Guarded {
  return connection as Guarded
}

function guardConnection(real: DatabaseConnection): Guarded {
  const connection: Guarded = {
    real,
    async executeQuery<R>(query: CompiledQuery) {
      if (connection.lost !== undefined) throw connection.lost
      try {
        query.parameters.forEach(refuseCompound)
        return await real.executeQuery<R>(query)
      } catch (error) {
        // After a deadlock the server has rolled back, and later statements would take effect one by one.
        if (isTransient(error) || isUnreachable(error)) connection.lost = error
        throw error
      }
    },
    streamQuery() {
      throw new Error('Rows are not streamed; page through them')
    },
  }
  return connection
}

/** MySQL's client would spell a list or an object out as SQL. */
function refuseCompound(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
    return
  throw new TypeError('A list or an object cannot be a parameter')
}
