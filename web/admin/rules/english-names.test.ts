import { expect, it } from 'vitest'
import { WALLET_RULES } from '../../../core/wallet-wordings.ts'
import { ENGLISH_NAMES } from './english-names.ts'

it('every rule that comes with the program has a name in both languages, and no other has', () => {
  expect(Object.keys(ENGLISH_NAMES).sort()).toEqual(WALLET_RULES.map(({ name }) => name).sort())
  expect(Object.values(ENGLISH_NAMES).join()).not.toMatch(/\p{Script=Han}/u)
})
