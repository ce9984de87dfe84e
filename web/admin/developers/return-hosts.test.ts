import { describe, expect, it } from 'vitest'
import { readHosts } from './return-hosts.ts'

describe('hosts to return to', () => {
  it('are read one a line, in small letters, each once, and from whole addresses', () => {
    expect(readHosts('Shop.example.com\n\nshop.example.com , localhost:8000')).toEqual({
      hosts: ['shop.example.com', 'localhost:8000'],
      wrong: undefined,
    })
    expect(readHosts('https://shop.example.com/order/5?x=1').hosts).toEqual(['shop.example.com'])
    expect(readHosts('例子.example')).toMatchObject({ hosts: ['xn--fsqu00a.example'] })
    expect(readHosts('')).toEqual({ hosts: [], wrong: undefined })
  })

  it('are none where something else was typed', () => {
    for (const word of ['a/b', 'user@shop.example.com', 'shop.example.com:port', '::', 'ftp://x'])
      expect([word, readHosts(word).wrong]).toEqual([word, word])
  })
})
