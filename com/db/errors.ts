/** What a database's error means, whichever engine it came from. */

/** Thrown by a transaction's body that lost a race and wants to start over. */
export class RetryTransaction extends Error {
  constructor(message = 'The transaction lost a race and starts over') {
    super(message)
    this.name = 'RetryTransaction'
  }
}

/** A limit of this port was reached or it is closing; `code` is one of AWAY_CODES. */
export class DatabaseAway extends Error {
  readonly code: 'DATABASE_BUSY' | 'DATABASE_CLOSED'

  constructor(code: 'DATABASE_BUSY' | 'DATABASE_CLOSED', message: string) {
    super(message)
    this.name = 'DatabaseAway'
    this.code = code
  }
}

interface Facts {
  errno: number | undefined
  code: string | undefined
  /** SQLite's result code, extended where the engine tells it. */
  sqlite: number | undefined
  fatal: boolean
  message: string
}

const SQLITE_DUPLICATES = new Set([1555, 2067])
const SQLITE_BUSY = new Set([5, 6])
/** Read-only, input/output error, full, cannot open. */
const SQLITE_AWAY = new Set([8, 10, 13, 14])

/** Deadlock, lock wait over, row changed since the snapshot, cluster node not ready. */
const MYSQL_TRANSIENT = new Set([1213, 1205, 1020, 1047])
/** Too many connections, disk or table full, shutting down, killed, interrupted, gone, read-only. */
const MYSQL_AWAY = new Set([
  1021, 1040, 1047, 1053, 1077, 1114, 1129, 1158, 1159, 1160, 1161, 1203, 1226, 1290, 1317, 1792, 1836, 1927,
  1969, 2006, 2013, 3024, 4031,
])
/** Table, index or column exists already; column or index to drop is gone. */
const MYSQL_DONE_BEFORE = new Set([1050, 1060, 1061, 1091])

const AWAY_CODES = new Set([
  'DATABASE_BUSY',
  'DATABASE_CLOSED',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function facts(error: unknown): Facts {
  const read = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
  const code = read('code')
  return {
    errno: number(read('errno')),
    code: typeof code === 'string' ? code : undefined,
    sqlite: number(read('errcode')) ?? number(read('rawCode')),
    fatal: read('fatal') === true,
    message: error instanceof Error ? error.message : '',
  }
}

/** A unique index or primary key refused the row. Only that statement failed, the transaction goes on, unless it had waited. */
export function isDuplicate(error: unknown): boolean {
  const { errno, sqlite } = facts(error)
  return errno === 1062 || (sqlite !== undefined && SQLITE_DUPLICATES.has(sqlite))
}

/** The embedded database's write lock is held by someone else. */
export function isLocked(error: unknown): boolean {
  const { sqlite } = facts(error)
  return sqlite !== undefined && SQLITE_BUSY.has(sqlite & 0xff)
}

/** The whole transaction may be run again: nothing of it has happened. */
export function isTransient(error: unknown): boolean {
  const { errno } = facts(error)
  return (
    error instanceof RetryTransaction ||
    isLocked(error) ||
    (errno !== undefined && MYSQL_TRANSIENT.has(errno))
  )
}

/** The connection cannot be trusted any more, or cannot write. */
export function isUnreachable(error: unknown): boolean {
  const { errno, code, sqlite, fatal } = facts(error)
  if (code !== undefined && AWAY_CODES.has(code)) return true
  if (sqlite !== undefined && SQLITE_AWAY.has(sqlite & 0xff)) return true
  if (errno !== undefined && errno > 0) return MYSQL_AWAY.has(errno)
  return fatal
}

/**
 * The database cannot serve now: not reached, connection lost, timed out, no connection free, read-only, full,
 * or still contended after every retry. Whether the last statement took effect is unknown.
 */
export function isAway(error: unknown): boolean {
  return isUnreachable(error) || isTransient(error)
}

/** A schema statement that was carried out before, but not recorded. */
export function isDoneBefore(error: unknown): boolean {
  const { errno, sqlite, message } = facts(error)
  if (errno !== undefined && MYSQL_DONE_BEFORE.has(errno)) return true
  return sqlite === 1 && /already exists|duplicate column name/.test(message)
}
