/** Where the names of merchants' sites lead. */
import type { LookupAddress } from 'node:dns'
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Target } from './call-target.ts'

/** Two name servers may be asked within the time of a call. */
const SERVER_MS = 5_000

/**
 * What the operator allows goes by the machine's own resolver, its hosts file included. That has few threads, which a
 * silent name server holds for long; so any other name is asked of the name servers directly, and one that is not
 * answered delays nobody else's. An address is its own answer.
 *
 * @param signal ends the question, for other than allowed names.
 * @param servers `address:port` of other name servers than the machine's.
 */
export async function lookUp(
  { host, allowed }: Pick<Target, 'host' | 'allowed'>,
  signal: AbortSignal,
  servers?: readonly string[],
): Promise<LookupAddress[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  return allowed ? lookup(host, { all: true }) : ask(host, signal, servers)
}

async function ask(
  host: string,
  signal: AbortSignal,
  servers: readonly string[] | undefined,
): Promise<LookupAddress[]> {
  const resolver = new Resolver({ timeout: SERVER_MS, tries: 1 })
  if (servers) resolver.setServers(servers)
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = [...listOf(four, 4), ...listOf(six, 6)]
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function listOf(found: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return found.status === 'rejected' ? [] : found.value.map((address) => ({ address, family }))
}
