// Loaded into the till before its program (--import). Does what the file named by FAULT_ORDERS says: ends the process
// at a chosen point, as a power cut would, and turns its clock. The program itself knows nothing of it.
import { readFileSync, rmSync } from 'node:fs'
import promises from 'node:fs/promises'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setImmediate } from 'node:timers'

const path = process.env.FAULT_ORDERS
const require = createRequire(import.meta.url)
const REREAD_MS = 5
const BEGIN = /^(begin|start transaction)/i
const PAYMENT = /^insert into .payments./i
const BETWEEN_STATEMENTS = ';\n'
/** In the place of a command that is never carried out. */
const UNHEARD = { on: () => undefined }
const SPOOL = /spool-\d+\.jsonl(\.tmp)?$/
const FULL = { code: 'SQLITE_FULL', rawCode: 13, errcode: 13 }
const LOST = { code: 'ECONNRESET', errno: -104, fatal: true }

let text = ''
let orders = {}
let met = 0
let recorded = 0
let readAt = -Infinity

watchClock()
watchSpool()
if (/^(mysql|mariadb):/.test(process.env.DATABASE_URL ?? '')) watchMysql()
else watchSqlite()

/** What is ordered now; counting begins anew with each order. */
function current() {
  if (performance.now() - readAt < REREAD_MS) return orders
  readAt = performance.now()
  const found = readOrders()
  if (found !== text) {
    text = found
    orders = found === '' ? {} : JSON.parse(found)
    met = 0
    recorded = 0
  }
  return orders
}

function readOrders() {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** @returns when to end, if this is the moment that was ordered: `before`, `sent`, `half` or `after` */
function meet(where, what, before = []) {
  const { kill } = current()
  if (!kill || kill.where !== where || !new RegExp(kill.text, 'i').test(what)) return undefined
  if (kill.within && !before.some((one) => new RegExp(kill.within, 'i').test(one))) return undefined
  met += 1
  return met === kill.nth ? kill.when : undefined
}

/** Whether the database is to seem away for this statement: to everyone, once so many payments were recorded. */
function isRefused(sql) {
  const { refuseAfter } = current()
  if (refuseAfter === undefined) return false
  if (PAYMENT.test(sql)) recorded += 1
  return BEGIN.test(sql) && recorded >= refuseAfter
}

function die() {
  rmSync(path, { force: true }) // whoever starts next is not meant
  process.kill(process.pid, 'SIGKILL')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function watchClock() {
  const now = Date.now
  Date.now = () => now() + (current().clockMs ?? 0)
}

/** Statements since the transaction began. */
function remember(said, sql) {
  if (BEGIN.test(sql)) said.length = 0
  said.push(sql)
  if (said.length > 200) said.shift()
}

function watchSqlite() {
  const builtin = process.getBuiltinModule('node:sqlite')
  const { prototype } = builtin ? builtin.DatabaseSync : require('libsql')
  const { prepare } = prototype
  const said = []
  prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    for (const name of ['run', 'all']) {
      const work = statement[name].bind(statement)
      statement[name] = (...values) => {
        if (isRefused(sql)) throw Object.assign(new Error('database or disk is full'), FULL)
        const when = meet('sql', sql, said)
        remember(said, sql)
        if (when === 'before') die()
        const result = work(...values)
        if (when) die()
        return result
      }
    }
    return statement
  }
}

/** Several statements may be said in one breath: then only those up to the chosen point are said, and it ends there. */
function watchMysql() {
  const { prototype } = require('mysql2').Connection
  const { query } = prototype
  const histories = new WeakMap()
  prototype.query = function (question, ...rest) {
    const text = question.sql ?? question
    const statements = text.split(BETWEEN_STATEMENTS)
    const answered = rest.at(-1)
    if (statements.some(isRefused)) {
      setImmediate(() => answered(Object.assign(new Error('refused'), LOST)))
      return UNHEARD
    }
    const said = histories.get(this) ?? []
    histories.set(this, said)
    for (const [at, sql] of statements.entries()) {
      const when = meet('sql', sql, said)
      remember(said, sql)
      if (!when) continue
      const first = firstOf(question, statements, when === 'before' ? at : at + 1)
      if (!first) die()
      query.call(this, first, () => die())
      if (when === 'sent') die()
      return UNHEARD
    }
    return query.call(this, question, ...rest)
  }
}

/** @returns the question with no more than the first `count` of its statements; undefined for none of them. */
function firstOf(question, statements, count) {
  const sql = statements.slice(0, count).join(BETWEEN_STATEMENTS)
  const places = sql.split('?').length - 1
  return count === 0 ? undefined : { ...question, sql, values: question.values?.slice(0, places) }
}

function watchSpool() {
  const { open, rename, unlink } = promises
  promises.open = async (name, ...rest) => {
    const file = await open(name, ...rest)
    return SPOOL.test(name) ? watchFile(file) : file
  }
  promises.rename = async (from, to) => {
    const when = SPOOL.test(to) ? meet('spool', 'rename') : undefined
    if (when === 'before') die()
    await rename(from, to)
    if (when) die()
  }
  promises.unlink = async (name) => {
    const when = SPOOL.test(name) ? meet('spool', 'unlink') : undefined
    if (when === 'before') die()
    await unlink(name)
    if (when) die()
  }
  syncBuiltinESMExports()
}

function watchFile(file) {
  for (const name of ['write', 'sync', 'truncate']) {
    const work = file[name].bind(file)
    file[name] = async (...values) => {
      const when = meet('spool', name)
      if (when === 'before') die()
      if (when === 'half') {
        const [bytes, start, length, position] = values
        await work(bytes, start, Math.ceil(length / 2), position)
        die()
      }
      const result = await work(...values)
      if (when) die()
      return result
    }
  }
  return file
}
