import { describe, expect, it } from 'vitest'
import { cleanEmail, isEmail, likelyEmail } from './email.ts'

describe('likelyEmail', () => {
  it.each([
    ['10001@qq.con', '10001@qq.com'],
    ['10001@qq.co', '10001@qq.com'],
    ['10001@qq.comm', '10001@qq.com'],
    ['10001@qq,com', '10001@qq.com'],
    ['10001@qqcom', '10001@qq.com'],
    ['10001@qq', '10001@qq.com'],
    ['wang@163.cmo', 'wang@163.com'],
    ['wang@gmial.com', 'wang@gmail.com'],
    ['wang@gmai.com', 'wang@gmail.com'],
    ['wang@Gmail.cim', 'wang@gmail.com'],
    ['wang@outlok.com', 'wang@outlook.com'],
  ])('takes %s for %s', (typed, meant) => {
    expect(likelyEmail(typed)).toBe(meant)
  })

  it.each([
    '10001@qq.com',
    'a@188.com',
    'a@ymail.com',
    'a@sina.cn',
    'a@example.org',
    'a@company.cn',
    '@qq.con',
    'qq.con',
  ])('leaves %s alone', (typed) => {
    expect(likelyEmail(typed)).toBeUndefined()
  })
})

describe('cleanEmail', () => {
  it('reads the signs of a Chinese keyboard', () => {
    expect(cleanEmail(' 10001＠qq。com ')).toBe('10001@qq.com')
  })
})

describe('isEmail', () => {
  it('knows a plain address from none', () => {
    expect(isEmail('a.b+c@mail.example.org')).toBe(true)
    for (const typed of ['', 'a', 'a@', 'a@b', '@b.cn', 'a b@c.cn', 'a@b..cn', '"a"@b.cn', 'a@b.c1']) {
      expect(isEmail(typed)).toBe(false)
    }
  })
})
