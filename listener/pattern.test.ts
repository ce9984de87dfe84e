import { describe, expect, it } from 'vitest'
import { compilePattern, matchPattern, plain } from './pattern.ts'

const amountsOf = (pattern: string, text: string) => {
  const reading = matchPattern(compilePattern(pattern), plain(text))
  return reading && [...reading.amounts]
}

describe('a pattern', () => {
  it('covers the whole text: what is not in it must be allowed by a star', () => {
    expect(amountsOf('收款{amount}元', '收款0.01元')).toEqual(['0.01'])
    expect(amountsOf('收款{amount}元', '收款0.01元。')).toBeUndefined()
    expect(amountsOf('收款{amount}元*', '收款0.01元。')).toEqual(['0.01'])
    expect(amountsOf('收款{amount}元', '你收款0.01元')).toBeUndefined()
    expect(amountsOf('*收款{amount}元', '你收款0.01元')).toEqual(['0.01'])
    expect(amountsOf('*', '')).toEqual([])
  })

  it.each([
    ['1', '1'],
    ['1.5', '1.5'],
    ['0.01', '0.01'],
    ['1,234.56', '1234.56'],
    ['1,234', '1234'],
    ['1234.56', '1234.56'],
    ['9,999,999.99', '9999999.99'],
  ])('reads %s as one amount', (written, price) => {
    expect(amountsOf('收款{amount}元', `收款${written}元`)).toEqual([price])
  })

  it.each([
    '',
    '.5',
    '01.00',
    '1.234',
    '1,23',
    '12,34.5',
    '1,2345',
    '1e3',
    '１.００',
    '-1.00',
    '+1.00',
    '1.0.0',
    '10,000,000',
    '12345678',
  ])('takes nothing for the amount in “%s”, and no part of it', (written) => {
    expect(amountsOf('*{amount}元*', `收款${written}元`) ?? []).toEqual([])
  })

  it.each(['1 234.56', '1 234', '12 345 678', '1.2万', '3千', '2亿', '5１', '1.0e2', '1e+2', '1, 234'])(
    'takes no part of “%s”, which goes on',
    (written) => {
      expect(amountsOf('*¥{amount}*', `到账￥${written}`) ?? []).toEqual([])
      expect(amountsOf('*{amount}元*', `到账${written}元`) ?? []).toEqual([])
    },
  )

  it('knows where a number has come to its end', () => {
    for (const after of ['', '元', '。', ' 2026-11-22', '，共2笔', ' 234', '(朋友到店)', 'EUR'])
      expect([after, amountsOf('*¥{amount}*', `到账￥0.02${after}`)]).toEqual([after, ['0.02']])
    expect(amountsOf('*¥{amount}*', '到账￥1.5 0')).toBeUndefined()
    expect(amountsOf('*{amount}元', '第9 0.01元')).toEqual(['0.01'])
  })

  it('names every amount that could be meant, so that nobody has to guess', () => {
    expect(amountsOf('*收款{amount}元*', '收款1.00元，收款2.00元')?.sort()).toEqual(['1.00', '2.00'])
  })

  it('does not care for blanks, invisible marks and wide signs, but keeps numbers apart', () => {
    expect(amountsOf('到账 ¥{amount}*', '到账￥ 0.01\u200b（朋友）')).toEqual(['0.01'])
    expect(amountsOf('*第{count}笔,共{amount}元', '第2笔，共 0.03 元')).toEqual(['0.03'])
    expect(plain('9 0.01 元')).toBe('9 0.01元')
    expect(plain('a\n b')).toBe('ab')
  })

  it('reads counts apart from amounts', () => {
    const reading = matchPattern(compilePattern('今日第{count}笔,共计¥{amount}'), '今日第12笔,共计¥0.03')
    expect([[...(reading?.counts ?? [])], [...(reading?.amounts ?? [])]]).toEqual([[12], ['0.03']])
  })

  it('is refused when it is empty, too long, or has a word that there is not', () => {
    for (const source of ['', '*'.repeat(201), '收款{money}元', '{', '收款}元'])
      expect(() => compilePattern(source), source).toThrow()
  })

  it('takes its time in proportion to the text, however the text is made', () => {
    const pattern = compilePattern(`${'*1'.repeat(60)}*{amount}*`)
    const from = performance.now()
    expect(matchPattern(pattern, '1'.repeat(2_000))).toBeUndefined()
    expect(performance.now() - from).toBeLessThan(1_000)
    expect(matchPattern(compilePattern('a*'), `a${'x'.repeat(9_000)}`)).toBeDefined()
  })
})
