import { afterAll, expect, it } from 'vitest'
import { alipayPayload, wechatPayload } from '../test/support/pictures.ts'
import { readPictureHeader } from './picture-header.ts'
import { drawQrPng } from './qr-drawing.ts'
import { createQrReader } from './qr-reader.ts'

const reader = createQrReader()
afterAll(() => reader.close())

it.each([
  ['a WeChat code', wechatPayload(1)],
  ['the longest WeChat code', `wxp://f2f0${'Zz9_-'.repeat(13).slice(0, 64)}`],
  ['an Alipay code', alipayPayload(1)],
  ['an Alipay code in capitals', alipayPayload(2).toUpperCase()],
  ['512 characters', 'https://example.com/'.padEnd(512, 'aB3')],
  ['Chinese', '码上收'],
])('draws %s so that it reads back exactly', async (_case, text) => {
  expect(await reader.read(drawQrPng(text))).toEqual({ found: [text] })
})

it('is at least 720 pixels wide, or as wide as asked, in whole modules', () => {
  // 42 bytes at level M need version 3: 29 modules and four light ones on each side.
  const modules = 29 + 8
  const width = (options?: { pixels: number }) => readPictureHeader(drawQrPng(wechatPayload(1), options))
  expect(width()).toEqual({ kind: 'png', width: modules * 20, height: modules * 20 })
  expect(width({ pixels: 200 })).toEqual({ kind: 'png', width: modules * 6, height: modules * 6 })
})

it('is a file of a few hundred bytes, so that many codes fit on one page', () => {
  expect(drawQrPng(wechatPayload(1)).length).toBeLessThan(2_000)
})
