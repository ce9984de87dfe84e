import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readQuery } from './bounded-query.ts'

const read = (raw: string) => {
  const query = readQuery(raw)
  return query && Object.fromEntries(query)
}

describe('the query of a URL', () => {
  it.each([
    ['', {}],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1+2%2B3', { a: '1 2+3' }],
    ['%E4%BB%B7=%C2%A51', { 价: '¥1' }],
    ['&&a=1&&', { a: '1' }],
    ['__proto__=1&constructor=2', { ['__proto__']: '1', constructor: '2' }],
  ])('%j is read as it stands', (raw, expected) => {
    expect(new Map(Object.entries(read(raw) ?? {}))).toEqual(new Map(Object.entries(expected)))
  })

  it.each([
    ['a key said twice', 'price=1&price=2'],
    ['a key said twice in different spelling', 'price=1&%70rice=2'],
    ['a broken escape', 'a=%E4%A'],
    ['a lone percent sign', 'a=%'],
    ['17 parameters', Array.from({ length: 17 }, (_, at) => `k${at}=1`).join('&')],
    ['2,049 characters', `a=${'x'.repeat(2_047)}`],
  ])('with %s is refused', (_, raw) => {
    expect(readQuery(raw)).toBeUndefined()
  })

  it('of 16 parameters and 2,048 characters is still read', () => {
    expect(readQuery(Array.from({ length: 16 }, (_, at) => `k${at}=1`).join('&'))?.size).toBe(16)
    expect(readQuery(`a=${'x'.repeat(2_046)}`)?.get('a')).toHaveLength(2_046)
  })

  it('costs nothing to refuse, however long it is', () => {
    const raw = 'a&'.repeat(500_000)
    const from = performance.now()
    expect(readQuery(raw)).toBeUndefined()
    expect(performance.now() - from).toBeLessThan(50)
  })

  it('never makes anything fail, whatever it says', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), (raw) => {
        const query = readQuery(raw)
        return query === undefined || query.size <= 16
      }),
    )
  })
})
