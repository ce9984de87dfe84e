import { describe, expect, it } from 'vitest'
import { isPublicAddress } from './address-guard.ts'
import { createCaller } from './http.ts'

/** First and last of each range, as the registers of IANA give them. */
const INNER = [
  ['this host', '0.0.0.0', '0.255.255.255'],
  ['private', '10.0.0.0', '10.255.255.255'],
  ['carriers’ translators', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['Azure’s own services', '168.63.129.16', '168.63.129.16'],
  ['link-local and metadata', '169.254.0.0', '169.254.255.255'],
  ['private', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation', '192.0.2.0', '192.0.2.255'],
  ['relays of 6to4', '192.88.99.0', '192.88.99.255'],
  ['private', '192.168.0.0', '192.168.255.255'],
  ['measurements', '198.18.0.0', '198.19.255.255'],
  ['documentation', '198.51.100.0', '198.51.100.255'],
  ['documentation', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
  ['unspecified', '::', '::'],
  ['loopback', '::1', '::1'],
  ['IPv4 inside, long given up', '::2', '::fffe:ffff:ffff'],
  ['IPv4 translated', '::ffff:0:0:0', '::ffff:0:ffff:ffff'],
  ['NAT64 of one network', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discarded', '100::', '100::ffff:ffff:ffff:ffff'],
  ['not given out', '400::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['protocol assignments', '2001:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['not given out', '4000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const

/** The neighbours of those ranges, where a site may be. */
const PUBLIC = [
  ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ['168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
  ['191.255.255.255', '192.0.1.0', '192.0.3.0', '192.88.98.255', '192.88.100.0', '192.167.255.255'],
  ['192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255'],
  ['203.0.114.0', '223.255.255.255', '2000::', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
  ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::', '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2003::', '240e::1', '2408:8000::1', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::'],
  ['3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
].flat()

const isIpv4 = (address: string) => !address.includes(':')

async function fate(addresses: string[]): Promise<unknown> {
  const caller = createCaller({
    allow: [],
    timeoutMs: 300,
    resolve: async () => addresses.map((address) => ({ address, family: isIpv4(address) ? 4 : 6 })),
  })
  return caller.call({ method: 'GET', url: 'http://shop.example/' }).catch((error: unknown) => error)
}

describe('an address that a merchant’s site may not have', () => {
  it.each(INNER)('%s: from %s to %s', async (_what, first, last) => {
    expect([first, last].map(isPublicAddress)).toEqual([false, false])
    expect(await fate([first])).toMatchObject({ kind: 'forbidden' })
    expect(await fate([last])).toMatchObject({ kind: 'forbidden' })
  })

  it.each(INNER.filter(([, first]) => isIpv4(first)))('%s from %s to %s, inside IPv6', (_what, ...edges) => {
    const carried = edges.flatMap((edge) => [`::ffff:${edge}`, `64:ff9b::${edge}`, `0:0:0:0:0:FFFF:${edge}`])
    expect(carried.filter(isPublicAddress)).toEqual([])
  })

  it('is refused in whatever spelling a resolver gives it', () => {
    const spellings = [
      '::ffff:7f00:1',
      '::FFFF:7F00:0001',
      '64:ff9b::a9fe:a9fe',
      'fe80::1%eth0',
      '2606::1%lo',
      '::ffff:8.8.8.8%1',
    ]
    expect(spellings.filter(isPublicAddress)).toEqual([])
    expect(
      ['', 'shop.example', '1.2.3', '01.2.3.4', '1.2.3.4:80', '[2606::1]'].filter(isPublicAddress),
    ).toEqual([])
  })

  it('spoils a name that also has public addresses, wherever it stands among them', async () => {
    expect(await fate(['2d00::1', '127.0.0.1'])).toMatchObject({ kind: 'forbidden' })
    expect(await fate(['127.0.0.1', '2d00::1'])).toMatchObject({ kind: 'forbidden' })
  })
})

describe('an address that a merchant’s site may have', () => {
  it.each(PUBLIC)('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it('stays one inside IPv6, as networks without IPv4 give it', () => {
    const carried = PUBLIC.filter(isIpv4).flatMap((address) => [`::ffff:${address}`, `64:ff9b::${address}`])
    expect(carried.filter((address) => !isPublicAddress(address))).toEqual([])
  })

  it('is called: nobody has this one, so nothing answers', async () => {
    expect(['unreachable', 'timeout']).toContain(((await fate(['2d00::1'])) as { kind: string }).kind)
  })
})
