import { describe, expect, it } from 'vitest'
import type { Protocol } from '../../../core/vocabulary.ts'
import { addressesOf, panelsOf } from './addresses.ts'

const PLACE = { base: 'https://pay.example.com', pid: 1002, isDefault: false }
const urlsOf = (protocol: Protocol, isDefault = false) =>
  addressesOf(protocol, { ...PLACE, isDefault }).map(({ url }) => url)

describe('the addresses of a merchant', () => {
  it('have every form that its panels ask for: with a slash, without, and whole', () => {
    expect(urlsOf('epay')).toEqual([
      'https://pay.example.com/',
      'https://pay.example.com',
      'https://pay.example.com/submit.php',
      'https://pay.example.com/mapi.php',
      'https://pay.example.com/api.php',
    ])
    expect(urlsOf('vmq')).toContain('https://pay.example.com/vmq/1002/')
    expect(urlsOf('api_edition')).toContain('https://pay.example.com/m/1002/api/order')
    expect(urlsOf('v1')).toContain('https://pay.example.com/api/v1')
  })

  it('are at the root too for the default merchant, where a protocol names none', () => {
    expect(urlsOf('vmq', true)).toContain('https://pay.example.com/')
    expect(urlsOf('api_edition', true)).toContain('https://pay.example.com/api/order')
    for (const protocol of ['vmq', 'api_edition'] as const)
      for (const url of urlsOf(protocol)) expect(url).toContain('/1002')
  })

  it('end with a slash for the panels that put a file name behind them', () => {
    const panels = panelsOf('epay', PLACE)
    for (const name of ['NeXT-Panel', 'ProxyPanel', '彩虹易支付 SDK']) {
      const [first] = panels.find((panel) => panel.name === name)?.fields ?? []
      expect([name, first?.value]).toEqual([name, { is: 'address', text: 'https://pay.example.com/' }])
    }
    const dujiaoka = panels.find((panel) => panel.name.includes('dujiaoka'))
    expect(dujiaoka?.fields.map(({ value }) => value)).toContainEqual({
      is: 'address',
      text: 'https://pay.example.com/submit.php',
    })
  })
})
