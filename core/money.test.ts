import { assert, integer, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMerchantYuan, findYuan, formatYuan, MAX_CENTS, parseYuan } from './money.ts'

describe('an amount as text', () => {
  it.each([
    ['1', 100],
    ['1.0', 100],
    ['1.00', 100],
    ['0.1', 10],
    ['0.01', 1],
    ['0.90', 90],
    ['12.5', 1250],
    ['9999999', 999_999_900],
    ['9999999.99', 999_999_999],
  ])('%s is read as %i cents', (text, cents) => {
    expect(findYuan(text)).toBe(cents)
  })

  it.each(
    (
      '01.00 00 1e0 1.0E7 １.００ +1 -1 1,00 1,000.00 0 0.0 0.00 .5 1. 1.000 1.234 10000000 9999999.999 0x10 ' +
      'NaN Infinity ¥1 1元 1.00yuan 1.0.0 ٠.٥'
    ).split(' '),
  )('%s is not money', (text) => {
    expect(findYuan(text)).toBeUndefined()
  })

  it.each(['', ' ', ' 1', '1 ', '1\n', '\n1', '1\u0000', '1.00\r\n', '1\u00a0'])(
    '%j is not money',
    (text) => {
      expect(findYuan(text)).toBeUndefined()
      expect(() => parseYuan(text)).toThrow('bad_amount')
    },
  )

  it('may have zeros beyond two decimals where a merchant wrote it, and nothing else', () => {
    expect(['1.000', '12.5000', '0.010', '9.99'].map(findMerchantYuan)).toEqual([100, 1_250, 1, 999])
    const refused = ['1.001', '1.0010', '0.000', '1.00.0', '01.000', '1e3', '', `1.${'0'.repeat(40)}`]
    expect(refused.map(findMerchantYuan)).toEqual(refused.map(() => undefined))
  })

  it('survives being printed and read again, for every amount there is', () => {
    assert(property(integer({ min: 1, max: MAX_CENTS }), (cents) => findYuan(formatYuan(cents)) === cents))
  })

  it('is whole cents from one cent to the top, or nothing, whatever the text', () => {
    const soundOrNothing = (text: string) => {
      const cents = findYuan(text)
      return cents === undefined || (Number.isInteger(cents) && cents >= 1 && cents <= MAX_CENTS)
    }
    assert(property(string({ unit: 'binary' }), soundOrNothing))
    assert(
      property(
        string({ unit: 'grapheme', maxLength: 12 }).map((text) => `1${text}`),
        soundOrNothing,
      ),
    )
  })

  it('is printed with two decimals and no grouping', () => {
    expect([1, 10, 97, 100, 1250, MAX_CENTS].map(formatYuan)).toEqual([
      '0.01',
      '0.10',
      '0.97',
      '1.00',
      '12.50',
      '9999999.99',
    ])
  })
})
