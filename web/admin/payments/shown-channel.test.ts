import { expect, it } from 'vitest'
import { shownChannel } from './shown-channel.ts'

const of = (rawType: string, channel: 'wechat' | 'alipay' | null = null) => shownChannel({ channel, rawType })

it('names the wallet of a notification that could not be read by its app', () => {
  expect(of('com.tencent.mm')).toBe('wechat')
  expect(of('com.eg.android.AlipayGphone')).toBe('alipay')
})

it('keeps the channel that was read, and names none for an app that it does not know', () => {
  expect(of('com.eg.android.AlipayGphone', 'wechat')).toBe('wechat')
  for (const type of ['', 'com.example', 'wechat']) expect(of(type)).toBeUndefined()
})
