/** Addresses (URLs) that merchants name: what of them may be called. */
import { isIP } from 'node:net'
import { isPublicAddress } from './address-guard.ts'

export type UrlFault = 'not_http' | 'userinfo' | 'port' | 'private'

export interface Target {
  readonly url: URL
  /** A name without a dot at its end, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** Named by the operator: where it leads is not asked. */
  readonly allowed: boolean
}

const MAX_LENGTH = 2_048
const USUAL_PORTS = new Map([
  ['http:', 80],
  ['https:', 443],
])

/** Ends of names that stand for the machine itself or for one's own network (RFC 6761, 6762, 8375, and ICANN's). */
const INNER_NAMES = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/

/**
 * What is wrong with an address as such, before any call: for forms and API input. What its name leads to is looked
 * at with each call.
 *
 * @param allow of `host:port` as CALLBACK_ALLOW is read, see hostPort.
 */
export function checkCallUrl(url: string, allow: readonly string[]): 'ok' | UrlFault | 'too_long' {
  if (url.length > MAX_LENGTH) return 'too_long'
  const target = readTarget(url, allow)
  return typeof target === 'string' ? target : 'ok'
}

export function readTarget(text: string, allow: readonly string[]): Target | UrlFault {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const usualPort = url && USUAL_PORTS.get(url.protocol)
  if (!url || usualPort === undefined) return 'not_http'
  if (`${url.username}${url.password}` !== '') return 'userinfo'
  const port = url.port === '' ? usualPort : Number(url.port)
  const target = { url, host: bareHost(url), port }
  if (allow.includes(hostPort(url, port))) return { ...target, allowed: true }
  if (isPrivateHost(target.host)) return 'private'
  return [...USUAL_PORTS.values()].includes(port) ? { ...target, allowed: false } : 'port'
}

/** How a host and its port are written in lists: lower case, addresses in their one spelling, IPv6 in brackets. */
export function hostPort(url: URL, port: number): string {
  return `${withoutDot(url.hostname)}:${port}`
}

function bareHost(url: URL): string {
  return withoutDot(url.hostname).replace(/^\[(.*)\]$/, '$1')
}

/** The dot that may end a name is no part of it for certificates and sites. */
function withoutDot(name: string): string {
  return name.replace(/\.$/, '')
}

/** A name without a dot is looked for in one's own network. */
function isPrivateHost(host: string): boolean {
  return isIP(host) === 0 ? !host.includes('.') || INNER_NAMES.test(host) : !isPublicAddress(host)
}
