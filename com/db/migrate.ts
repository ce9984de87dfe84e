/**
 * Brings the schema up to date from sql/migrations. Each statement is recorded by itself, because MySQL commits
 * every schema change on its own: a migration that was cut off goes on where it stopped.
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import { isAway, isDoneBefore } from './errors.ts'
import type { Db } from './index.ts'
import { holdingLease } from './lease.ts'
import { MAY_BE_SLOW } from './mysql-driver.ts'
import { splitSql } from './split-sql.ts'

interface Step {
  /** Such as `0001_shop.sql#003`. */
  name: string
  text: string
  hash: string
}

type Bookkeeping = { schema_migrations: { name: string; hash: string; applied_at: number } }

const BOOK = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name VARCHAR(96) NOT NULL PRIMARY KEY,
  hash VARCHAR(64) NOT NULL,
  applied_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */`

const FILES = import.meta.glob<string>('../../sql/migrations/*.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/**
 * Safe to call from several processes at once and again after a crash.
 *
 * @param files text by path; the file's name orders it.
 * @throws Error when an applied migration has changed since, or the database is newer than this program.
 */
export async function migrate(db: Db, files: Readonly<Record<string, string>> = FILES): Promise<void> {
  const steps = readSteps(files)
  const pending = () => db.transaction((trx) => findPending(trx, steps))
  await db.transaction((trx) => sql.raw(BOOK).execute(trx))
  if ((await pending()).length === 0) return
  // The embedded engine has one writer: its transaction is the lease.
  if (db.engine === 'sqlite') await applyTogether(db, steps)
  else await holdingLease(db, 'migration', async () => applyOneByOne(db, await pending()))
}

function readSteps(files: Readonly<Record<string, string>>): Step[][] {
  const named = Object.entries(files).map(([path, text]) => ({
    file: path.slice(path.lastIndexOf('/') + 1),
    text,
  }))
  named.sort((a, b) => (a.file < b.file ? -1 : 1))
  return named.map(({ file, text }) =>
    splitSql(text).map((statement, index) => ({
      name: `${file}#${String(index + 1).padStart(3, '0')}`,
      text: statement,
      hash: createHash('sha256').update(statement.replace(/\s+/g, ' ')).digest('hex'),
    })),
  )
}

function book(trx: Kysely<Database>): Kysely<Database & Bookkeeping> {
  return trx.withTables<Bookkeeping>()
}

async function findPending(trx: Transaction<Database>, files: Step[][]): Promise<Step[]> {
  const known = new Map(files.flat().map((step) => [step.name, step]))
  const applied = await book(trx).selectFrom('schema_migrations').selectAll().orderBy('name').execute()
  const fileNames = new Set([...known.keys()].map(fileOf))
  for (const { name, hash } of applied) {
    if (!fileNames.has(fileOf(name))) {
      throw new Error(
        `The database is newer than this program: it has had ${fileOf(name)}. Start a newer version`,
      )
    }
    if (known.get(name)?.hash !== hash) {
      throw new Error(
        `The migration ${name} has been applied and was changed afterwards. Restore ${fileOf(name)}`,
      )
    }
  }
  const done = new Set(applied.map(({ name }) => name))
  return files.flat().filter(({ name }) => !done.has(name))
}

function fileOf(stepName: string): string {
  return stepName.slice(0, stepName.lastIndexOf('#'))
}

async function applyTogether(db: Db, files: Step[][]): Promise<void> {
  for (const file of files) {
    await db.transaction(async (trx, now) => {
      const pending = new Set((await findPending(trx, files)).map(({ name }) => name))
      for (const step of file) if (pending.has(step.name)) await apply(trx, step, now)
    })
  }
}

async function applyOneByOne(db: Db, steps: Step[]): Promise<void> {
  for (const step of steps) await db.transaction((trx, now) => apply(trx, step, now))
}

async function apply(trx: Transaction<Database>, { name, text, hash }: Step, now: number): Promise<void> {
  try {
    await sql.raw(MAY_BE_SLOW + text).execute(trx)
  } catch (error) {
    if (isAway(error)) throw error
    if (!isDoneBefore(error)) throw new Error(`The migration ${name} failed`, { cause: error })
  }
  await book(trx).insertInto('schema_migrations').values({ name, hash, applied_at: now }).execute()
}
