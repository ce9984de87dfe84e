/** Fresh, empty databases for this folder's tests. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Engine } from './index.ts'

export interface FreshDatabase {
  url: string
  remove(): Promise<void>
}

/** The server that tests may make databases on. */
// eslint-disable-next-line no-restricted-properties -- the test run says it, not the configuration
export const MYSQL_SERVER = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306'

/** Names a database that does not exist yet. */
export function freshDatabase(engine: Engine): FreshDatabase {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'qrtill-db-'))
    const remove = async () => rmSync(folder, { recursive: true, force: true })
    return { url: `sqlite:${join(folder, 'data', 'shop.db')}`, remove }
  }
  const name = `qrtill_db_${randomBytes(6).toString('hex')}`
  const url = new URL(MYSQL_SERVER)
  url.pathname = `/${name}`
  return { url: url.href, remove: () => sayToServer(`DROP DATABASE IF EXISTS ${name}`) }
}

export async function sayToServer(sql: string): Promise<void> {
  const connection = await createConnection(MYSQL_SERVER)
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}
