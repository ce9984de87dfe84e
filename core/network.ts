/** Whom an address stands for: itself, or in IPv6 the /64 that one customer is given. And from where one may come. */
import { BlockList, isIP, isIPv6 } from 'node:net'

/** @param address IPv4 in its own form. @returns the form that limits are counted by and that is kept with an order. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const front = head ? head.split(':') : []
  const back = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`
}

/** Tells whether an address is among those that were named. */
export type Binding = (address: string) => boolean

interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** @param networks such as `203.0.113.7`, `10.0.0.0/8` or `2001:db8::/48`; none of them is anywhere. */
export function readBinding(networks: readonly string[]): Binding {
  if (networks.length === 0) return () => true
  const list = new BlockList()
  for (const network of networks.map(findNetwork)) {
    if (network) list.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const plain = address.split('%')[0] ?? ''
    return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

export function isNetwork(text: string): boolean {
  return findNetwork(text) !== undefined
}

const NETWORK = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/

function findNetwork(text: string): Network | undefined {
  const [, address = '', length] = NETWORK.exec(text) ?? []
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (version === 0 || prefix > bits) return undefined
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}
