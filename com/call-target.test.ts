import { describe, expect, it } from 'vitest'
import { checkCallUrl } from './http.ts'

const ALLOW = ['127.0.0.1:8080', 'shop.lan:80', '[::1]:9000', 'shop.example:8443']

describe('an address that a merchant gives', () => {
  it.each([
    'http://shop.example/notify?a=1#part',
    'https://shop.example:443/',
    'http://shop.example:443',
    'https://shop.example:80',
    'https://shop.example./',
    'HTTPS://SHOP.EXAMPLE/',
    'https://商店.example/回调',
    'http://8.8.8.8/',
    'http://134744072/',
    'https://[2606:4700::1111]/',
    'https://localhost.example/',
    'https://my.local.example/',
    'https://shop.thelocal/',
  ])('may be %s', (url) => {
    expect(checkCallUrl(url, ALLOW)).toBe('ok')
  })

  it.each([
    '',
    'shop.example',
    '//shop.example/',
    '/notify',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ws://shop.example/',
    'gopher://shop.example:80/',
    'http://',
    'http://shop.example:65536/',
    'http://[fe80::1%25eth0]/',
    'http://1.2.3.4.5/',
    'http://256.0.0.1/',
    'http://shop example/',
  ])('is no address of a site when it is %j', (url) => {
    expect(checkCallUrl(url, ALLOW)).toBe('not_http')
  })

  it.each(['http://shop.example@127.0.0.1:8080/', 'http://a:b@shop.example/', 'http://:b@shop.example/'])(
    'carries no name or password: %s',
    (url) => {
      expect(checkCallUrl(url, ALLOW)).toBe('userinfo')
    },
  )

  it.each([
    'http://shop.example:8080/',
    'https://shop.example:8444/',
    'http://shop.example:0/',
    'http://8.8.8.8:22/',
  ])('has a usual port, unlike %s', (url) => {
    expect(checkCallUrl(url, ALLOW)).toBe('port')
  })

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://0x7f000001/',
    'http://127.0.0.1./',
    'http://１２７.０.０.１/',
    'http://①②⑦.0.0.1/',
    'http://%31%32%37.0.0.1/',
    'http://127。0。0。1/',
    'http:\\\\127.0.0.1\\',
    'http:127.0.0.1',
    ' http://127.0\n.0.1/ ',
    'http://0/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fd00::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://192.168.1.5:8080/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://ｌocalhost/',
    'http://a.localhost/',
    'http://printer.local/',
    'http://metadata.google.internal/',
    'http://nas.home.arpa/',
    'http://redis/',
    'http://./',
  ])('does not lead inside, as %j does', (url) => {
    expect(checkCallUrl(url, ALLOW)).toBe('private')
  })

  it('has at most 2,048 characters', () => {
    const url = 'https://shop.example/'
    expect(checkCallUrl(url.padEnd(2_048, 'x'), [])).toBe('ok')
    expect(checkCallUrl(url.padEnd(2_049, 'x'), [])).toBe('too_long')
  })
})

describe('a host and port that the operator allows', () => {
  it.each([
    'http://127.0.0.1:8080/',
    'https://127.0.0.1:8080/',
    'http://127.1:8080/',
    'http://shop.lan/',
    'http://Shop.LAN.:80/',
    'https://shop.lan:80/',
    'http://[0::1]:9000/',
    'https://shop.example:8443/',
  ])('lets %s through', (url) => {
    expect(checkCallUrl(url, ALLOW)).toBe('ok')
  })

  it.each([
    ['http://127.0.0.1:8081/', 'private'],
    ['http://127.0.0.2:8080/', 'private'],
    ['http://127.0.0.1/', 'private'],
    ['http://localhost:8080/', 'private'],
    ['http://[::ffff:127.0.0.1]:8080/', 'private'],
    ['http://my-shop.lan:81/', 'port'],
    ['http://a.shop.example:8443/', 'port'],
    ['http://shop.example:8080/', 'port'],
    ['ftp://127.0.0.1:8080/', 'not_http'],
    ['http://a@127.0.0.1:8080/', 'userinfo'],
  ])('opens nothing beside it: %s', (url, fault) => {
    expect(checkCallUrl(url, ALLOW)).toBe(fault)
  })
})
