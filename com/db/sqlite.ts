/** Kysely's dialect for the embedded engine: one connection that writes, and one for reads outside of transactions. */
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { openEngine } from './sqlite-engine.ts'
import { createSpeaker } from './sqlite-speaker.ts'
import type { Speaker } from './sqlite-speaker.ts'
import { createWriter } from './sqlite-writer.ts'

const ONLY_READS = /^\s*select\b/i

/** @param path made with its folders when absent, readable by this user alone. */
export async function sqliteDialect(path: string): Promise<Dialect> {
  const writing = await openEngine(path)
  const reading = await openEngine(path, 'PRAGMA query_only = ON;')
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(createSpeaker(writing), createSpeaker(reading)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

interface Connection extends DatabaseConnection {
  inTransaction: boolean
}

function createDriver(speaker: Speaker, reader: Speaker): Driver {
  const writer = createWriter(speaker)

  function connect(): Connection {
    return {
      inTransaction: false,
      executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        if (this.inTransaction) return writer.say(query)
        return ONLY_READS.test(query.sql) ? reader.say(query) : writer.sayAlone(query)
      },
      streamQuery() {
        throw new Error('Rows are not streamed; page through them')
      },
    }
  }

  async function rollback(connection: DatabaseConnection): Promise<void> {
    const own = connection as Connection
    if (!own.inTransaction) return // its round was lost, and it with it
    own.inTransaction = false
    await writer.rollback()
  }

  return {
    init: async () => undefined,
    acquireConnection: async () => connect(),
    async beginTransaction(connection) {
      await writer.begin()
      ;(connection as Connection).inTransaction = true
    },
    async commitTransaction(connection) {
      const { ended } = await writer.release()
      ;(connection as Connection).inTransaction = false
      await ended
    },
    rollbackTransaction: rollback,
    releaseConnection: rollback,
    async destroy() {
      await writer.close()
      reader.close()
    },
  }
}
