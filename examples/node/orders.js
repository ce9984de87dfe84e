// What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = process.env.ORDERS ?? 'orders'

export function rememberOrder(orderId, price) {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(pathOf(orderId), price)
}

/** @returns undefined for an order that this shop does not know. */
export function priceOf(orderId) {
  try {
    return readFileSync(pathOf(orderId), 'utf8')
  } catch {
    return undefined
  }
}

/** @returns true the first time only: the same callback may come again. */
export function markPaid(orderId) {
  try {
    writeFileSync(`${pathOf(orderId)}.paid`, '', { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function pathOf(orderId) {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(orderId)) throw new Error('no such order')
  return join(FOLDER, orderId)
}
