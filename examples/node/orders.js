// What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = process.env.ORDERS ?? 'orders'

export function rememberOrder(orderId, price) {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(pathOf(orderId), price)
}

/** Compares whole cents, for 9.9 comes back as 9.90. @returns false for an order that this shop does not know. */
export function isPriceOf(orderId, amount) {
  const price = centsOf(priceOf(orderId))
  return price !== undefined && price === centsOf(amount)
}

/**
 * In a database: the order becomes paid and the goods are set aside in one transaction.
 * @returns true the first time only: the same callback may come again.
 * @throws Error when it could not be kept: then the answer must not be success.
 */
export function markPaid(orderId) {
  try {
    writeFileSync(`${pathOf(orderId)}.paid`, '', { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function priceOf(orderId) {
  try {
    return readFileSync(pathOf(orderId), 'utf8')
  } catch {
    return undefined
  }
}

/** Without floating point, where 19.9 * 100 is 1989.9999999999998. */
function centsOf(amount) {
  const [, yuan, cents = ''] = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(amount ?? '') ?? []
  return yuan === undefined ? undefined : Number(yuan + cents.padEnd(2, '0'))
}

function pathOf(orderId) {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(orderId)) throw new Error('no such order')
  return join(FOLDER, orderId)
}
