import { describe, expect, it } from 'vitest'
import { plainTitle, readTemplate } from './sms-forwarder-text.ts'

const APP = 'com.tencent.mm'

describe('the text that SmsForwarder makes of a notification', () => {
  it('is read back: package, text, title, time, device', () => {
    const content = [
      APP,
      '微信支付收款0.01元(朋友到店)',
      '微信支付',
      '2026-11-22 21:05:09',
      'old phone',
    ].join('\n')
    const shown = [{ app: APP, title: '微信支付', text: '微信支付收款0.01元(朋友到店)' }]
    expect(readTemplate(APP, content)).toEqual(shown)
    expect(readTemplate(APP, content.replace('\nold phone', ''))).toEqual(shown) // a device without a name
    expect(readTemplate(APP, content.replaceAll('\n', '\r\n'))).toEqual(shown)
  })

  it('may have a text of several lines, with a time of its own', () => {
    const content = `${APP}\n收款金额￥0.02\n2026-11-22 21:05:08\n今日第2笔\n微信收款助手\n2026-11-22 21:05:09\n`
    expect(readTemplate(APP, content)).toEqual([
      { app: APP, title: '微信收款助手', text: '收款金额￥0.02\n2026-11-22 21:05:08\n今日第2笔' },
    ])
  })

  it('is divided in every way when somebody wrote another template', () => {
    const ways = readTemplate(APP, '【微信支付】\n微信支付\n微信支付收款0.01元')
    expect(ways).toContainEqual({ app: APP, title: '微信支付', text: '微信支付收款0.01元' })
    expect(ways.length).toBeLessThan(20)
    expect(readTemplate(APP, 'x\n'.repeat(500))).toHaveLength(1)
  })

  it('has a title with the app’s own name for the chat behind it', () => {
    expect(plainTitle('微信支付#####weixin://x')).toBe('微信支付')
    expect(plainTitle('微信支付')).toBe('微信支付')
  })
})
