/** Opens a database file with node:sqlite or, before Node 22.13, with libsql, and makes the two alike. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

export type Value = null | bigint | number | string | Uint8Array

export interface Statement {
  /** @returns plain objects, by column. */
  all(values: readonly Value[]): object[]
  /** @returns the number of rows that were found, changed or not. */
  run(values: readonly Value[]): bigint
}

export interface SqliteEngine {
  prepare(sql: string): Statement
  close(): void
}

/** What node:sqlite and libsql have in common. */
interface Native {
  exec(sql: string): unknown
  prepare(sql: string): NativeStatement
  close(): unknown
}

interface NativeStatement {
  all(...values: unknown[]): object[]
  run(...values: unknown[]): { changes: number | bigint }
}

interface Maker {
  open: new (path: string) => Native
  /** How values are handed over: one by one, or, since libsql takes a lone null for a list, as a list. */
  hand: (values: readonly Value[]) => readonly unknown[]
  /** The way to read rows as plain objects. */
  rowsOf: (statement: NativeStatement) => (rows: object[]) => object[]
}

// Later waits must not block the event loop: the engine itself waits only here, and never again afterwards.
const OPENING = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA case_sensitive_like = ON;
  PRAGMA busy_timeout = 0;
`

/**
 * @param path made with its folders when absent, readable by this user alone.
 * @param extra pragmas of this connection alone.
 */
export async function openEngine(path: string, extra = ''): Promise<SqliteEngine> {
  const { open: Native, hand, rowsOf } = await findMaker()
  makePrivateFile(path)
  const native = new Native(path)
  native.exec(OPENING + extra)
  return {
    prepare(sql) {
      const statement = native.prepare(sql)
      let read: ((rows: object[]) => object[]) | undefined
      return {
        all(values) {
          read ??= rowsOf(statement)
          return read(statement.all(...hand(values)))
        },
        run: (values) => BigInt(statement.run(...hand(values)).changes),
      }
    },
    close: () => void native.close(),
  }
}

/**
 * Takes a file for as long as this process lives, or until it is let go: the kernel takes such a lock back itself.
 *
 * @param path an empty database, made when absent. Nothing is ever written to it.
 * @returns the way to let it go.
 * @throws an error for which isLocked holds while another has it.
 */
export async function holdFile(path: string): Promise<() => void> {
  const { open: Native } = await findMaker()
  makePrivateFile(path)
  const native = new Native(path)
  try {
    native.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    native.close()
    throw error
  }
  return () => void native.close()
}

async function findMaker(): Promise<Maker> {
  const builtin = process.getBuiltinModule('node:sqlite') as { DatabaseSync: Maker['open'] } | undefined
  if (builtin) {
    return { open: builtin.DatabaseSync, hand: (values) => values, rowsOf: () => withPrototypes }
  }
  try {
    const { default: libsql } = await import('libsql')
    return { open: libsql as unknown as Maker['open'], hand: (values) => [values], rowsOf: fromLists }
  } catch (cause) {
    const message = 'The embedded database needs Node 22.13 or later, or the optional package libsql'
    throw new Error(message, { cause })
  }
}

function withPrototypes(rows: object[]): object[] {
  return rows.map((row) => ({ ...row }))
}

type LibsqlStatement = NativeStatement & { raw(): unknown; columns(): { name: string }[] }

/** libsql takes half the time for lists of values, beside what it takes for objects. */
function fromLists(statement: NativeStatement): (rows: object[]) => object[] {
  const libsql = statement as LibsqlStatement
  const names = libsql.columns().map(({ name }) => name)
  if (names.length > 0) libsql.raw()
  const blank = Object.fromEntries(names.map((name) => [name, null]))
  return (rows) => (rows as unknown[][]).map((values) => toRow(names, values, blank))
}

/** The engine keeps an object that grows by many keys as a hash table, which is slow to make and to read; a copy it does not. */
function toRow(names: readonly string[], values: readonly unknown[], blank: object): object {
  const row: Record<string, unknown> = { ...blank }
  for (let at = 0; at < names.length; at += 1) row[names[at] as string] = values[at]
  return row
}

/** Never opens an existing file: closing it would drop the locks this process holds on it. */
function makePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    chmodSync(path, 0o600)
  }
}
