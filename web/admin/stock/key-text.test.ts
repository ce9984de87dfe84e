import { expect, it } from 'vitest'
import { isTextFile, readTextFile, unquoteLines } from './key-text.ts'

it('takes the quotes from a line that is one quoted field', () => {
  expect(unquoteLines('"A-1"\r\n"say ""hi"""\nB-2')).toBe('A-1\r\nsay "hi"\nB-2')
})

it('leaves a line of several fields as it is, for it is sent to the buyer as a whole', () => {
  expect(unquoteLines('"user","pass"\nuser,pass')).toBe('"user","pass"\nuser,pass')
})

it('reads UTF-8 without its byte order mark', async () => {
  expect(await readTextFile(new Blob([new Uint8Array([0xef, 0xbb, 0xbf]), '卡密-1']))).toBe('卡密-1')
})

it('reads what is no UTF-8 as GB 18030', async () => {
  expect(await readTextFile(new Blob([new Uint8Array([0xbf, 0xa8, 0xc3, 0xdc])]))).toBe('卡密')
})

it('takes text files by their name, in capitals too', () => {
  expect(['keys.txt', 'KEYS.CSV', 'keys.xlsx', 'txt'].map(isTextFile)).toEqual([true, true, false, false])
})
