import { describe, expect, it } from 'vitest'
import { readPastedLine } from './pasted-codes.ts'

describe('readPastedLine', () => {
  it('takes the amount from either side of the code', () => {
    const read = { payload: 'wxp://f2f0abc', amountCents: 99 }
    for (const line of ['0.99 wxp://f2f0abc', 'wxp://f2f0abc\t0.99', 'wxp://f2f0abc,¥0.99']) {
      expect(readPastedLine(line)).toEqual(read)
    }
  })

  it('leaves the amount open where there is none', () => {
    expect(readPastedLine('https://qr.alipay.com/fkx1?t=2')).toEqual({
      payload: 'https://qr.alipay.com/fkx1?t=2',
    })
  })

  it('finds no code in an empty line or a lone amount', () => {
    expect(readPastedLine('   ')).toBeUndefined()
    expect(readPastedLine('0.99')).toBeUndefined()
  })

  it('cuts what is longer than any code', () => {
    expect(readPastedLine('x'.repeat(600))?.payload).toHaveLength(512)
  })
})
