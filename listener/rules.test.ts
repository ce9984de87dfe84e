import { expect, it } from 'vitest'
import { compileRules, type RuleText } from './rules.ts'

const RULE: RuleText = {
  name: '新的',
  app: 'com.tencent.mm',
  channel: 'wechat',
  kind: 'money',
  titles: ['微信支付'],
  texts: ['进账{amount}块*'],
}
const compile = (change: Partial<RuleText>) =>
  compileRules({ version: 'x', merged: [], totals: [], rules: [{ ...RULE, ...change }] })

it('takes what the till would take', () => {
  expect(compile({}).rules).toHaveLength(1)
  expect(compile({ titles: ['进账{amount}元'], texts: ['*'] }).rules).toHaveLength(1)
  expect(compile({ kind: 'doubt', titles: ['*'], texts: ['*'] }).rules).toHaveLength(1)
})

it.each([
  ['an amount that may stand anywhere', { texts: ['*{amount}*'] }, '“新的”: {amount}?'],
  ['an amount alone', { texts: ['{amount}'] }, '“新的”: {amount}?'],
  ['no amount', { texts: ['进账*'] }, '“新的”: {amount}?'],
  ['any title', { titles: ['微信支付', '*'] }, '“新的”: "titles"?'],
  ['a word that there is not', { texts: ['进账{money}'] }, '{money}'],
])('refuses a rule of money with %s, as the till does', (_, change, message) => {
  expect(() => compile(change)).toThrow(message)
})
