/** How the text of an environment variable is read. Every rule is a fixed text that never repeats the value. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { hostPort } from './call-target.ts'

const YEAR_S = 31_536_000

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`)

/** Whole seconds in, milliseconds out. */
export const seconds = (min: number) => wholeNumber(min, YEAR_S).transform((value) => value * 1000)

function parseUrl(text: string, protocols: readonly string[]): URL | undefined {
  try {
    const url = new URL(text)
    decodeURIComponent(url.username + url.password + url.pathname)
    return protocols.includes(url.protocol) && url.hostname !== '' ? url : undefined
  } catch {
    return undefined
  }
}

export const urlOf = (protocols: readonly string[], rule: string) =>
  z.string().refine((text) => parseUrl(text, protocols) !== undefined, rule)

export const publicUrl = z.string().transform((text, context) => {
  const url = parseUrl(text, ['http:', 'https:'])
  if (url && `${url.username}${url.password}${url.search}${url.hash}` === '' && url.pathname === '/')
    return url.origin
  context.addIssue('an http:// or https:// address without a path')
  return z.NEVER
})

export const databaseUrl = z.string().refine((text) => {
  if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length
  const url = parseUrl(text, ['mysql:', 'mariadb:'])
  return url !== undefined && url.pathname.length > 1 && url.searchParams.get('socketPath') !== ''
}, 'sqlite:<path> or mysql://user:password@host:3306/database (also mariadb://; special characters percent-encoded; ?socketPath=<path> for its socket)')

export const mailFrom = z
  .string()
  .regex(
    /^(?:[^\s@<>,;:"()\\]+@[^\s@<>,;:"()\\]+|[^<>,;:"()@\\\p{Cc}]{1,80} <[^\s@<>,;:"()\\]+@[^\s@<>,;:"()\\]+>)$/u,
    'an address: shop@example.com or My Shop <shop@example.com>',
  )

export const host = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(text),
    'an address or host name',
  )

export const orderLimits = z.string().transform((text, context) => {
  if (text === '0') return { perAddress: 0, windowMs: 0, openOrders: 0 }
  const [, perAddress, window = '0', open] = /^(?:0|(\d{1,6})\/(\d{1,6})),(\d{1,4})$/.exec(text) ?? []
  if (open !== undefined && (perAddress === undefined || isWindow(perAddress, window)))
    return { perAddress: Number(perAddress ?? 0), windowMs: Number(window) * 1000, openOrders: Number(open) }
  context.addIssue('orders per address/seconds,open orders: 60/300,2 (or 0; either part may be 0)')
  return z.NEVER
})

export const badSignLimit = z.string().transform((text, context) => {
  if (text === '0') return { limit: 0, windowMs: 0 }
  const [, limit = '', window = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  if (isWindow(limit, window)) return { limit: Number(limit), windowMs: Number(window) * 1000 }
  context.addIssue('count/seconds: 30/60 (or 0)')
  return z.NEVER
})

/** A count of at least 1 within 1 second to 1 day. */
function isWindow(count: string, window: string): boolean {
  return Number(count) >= 1 && Number(window) >= 1 && Number(window) <= 86_400
}

/** Milliseconds, each after the attempt before it. */
export const schedule = z
  .string()
  .regex(/^\d{1,6}(,\d{1,6}){0,29}$/, 'gaps in seconds, separated by commas, at most 30 of them: 0,5,30')
  .transform((text) => text.split(',').map((gap) => Number(gap) * 1000))

/** As many `host:port` as there are, each in the one spelling that a called address is compared with. */
export const hostPorts = z.string().transform((text, context) => {
  const read = text.split(',').map((entry) => readHostPort(entry.trim()))
  if (read.every((entry) => entry !== undefined)) return read
  context.addIssue('host:port, separated by commas, IPv6 in brackets: 127.0.0.1:8080,shop.lan:80,[::1]:443')
  return z.NEVER
})

function readHostPort(text: string): string | undefined {
  const [, host, digits] = /^([^\s/\\?#@:*[\]]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (port < 1 || !URL.canParse(`http://${host}:${port}`)) return undefined
  return hostPort(new URL(`http://${host}:${port}`), port)
}
