/** Which addresses of the internet protocols lead out to everyone, and which to something of one's own. */
import { BlockList, isIP } from 'node:net'

/** From IANA's register of special addresses: what is not global there, and what is not one site. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // behind a carrier's translator; a cloud's own services
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // not in the register: Azure's services for its own machines
  ['169.254.0.0', 16], // link-local; most clouds' metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // measurements
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const

/** Within the global range. */
const SPECIAL_IPV6 = [
  ['2001::', 23], // protocol assignments, among them Teredo, benchmarks and ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
] as const

/** Whose last 32 bits are an IPv4 address that is reached in the end: written as such, or translated (NAT64). */
const CARRIERS_OF_IPV4 = ['::ffff:', '64:ff9b::'] as const

const globalIpv6 = new BlockList()
const special = new BlockList()

globalIpv6.addSubnet('2000::', 3, 'ipv6')
for (const carrier of CARRIERS_OF_IPV4) globalIpv6.addSubnet(`${carrier}0.0.0.0`, 96, 'ipv6')
for (const [network, prefix] of SPECIAL_IPV6) special.addSubnet(network, prefix, 'ipv6')
for (const [network, prefix] of SPECIAL_IPV4) {
  special.addSubnet(network, prefix, 'ipv4')
  for (const carrier of CARRIERS_OF_IPV4) special.addSubnet(`${carrier}${network}`, 96 + prefix, 'ipv6')
}

/**
 * Judges by the bytes, whatever the spelling. Of IPv6 only what was given out for the internet is public: loopback,
 * link-local, site-local, unique local, multicast and everything not yet given out are not.
 *
 * @param address without brackets. What is no address, or names a network card (`fe80::1%eth0`), is not public.
 */
export function isPublicAddress(address: string): boolean {
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 4) return !special.check(address, 'ipv4')
  return version === 6 && globalIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
