import { describe, expect, it } from 'vitest'
import { isNetwork, networkOf, readBinding } from './network.ts'

describe('whom an address stands for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it('is one customer for all addresses of a /64, and another for the next', () => {
    expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  })
})

describe('from where one may come', () => {
  const bound = readBinding(['203.0.113.7', '10.0.0.0/8', '2001:db8:1::/48'])

  it.each([
    ['203.0.113.7', true],
    ['203.0.113.8', false],
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['2001:DB8:1:2::3', true],
    ['2001:db8:2::3', false],
    ['2001:db8:1::3%eth0', true],
    ['', false],
    ['localhost', false],
  ])('%s: %s', (address, expected) => {
    expect(bound(address)).toBe(expected)
  })

  it('is anywhere while nothing is named', () => {
    expect(readBinding([])('203.0.113.8')).toBe(true)
  })

  it.each(['203.0.113.7', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/48', '::1'])('%s is a network', (text) => {
    expect(isNetwork(text)).toBe(true)
  })

  it.each([
    '',
    'home',
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0',
    '1.2.3.4/',
    '1.2.3.4/-1',
    ' 1.2.3.4',
    '::1%1',
  ])('%j is none', (text) => {
    expect(isNetwork(text)).toBe(false)
  })
})
