import { describe, expect, it } from 'vitest'
import { CHANNELS } from '../../core/vocabulary.ts'
import { alipayLink, alipayPage, detectPlace, WAYS, type Place } from './environment.ts'

const ANDROID = 'Mozilla/5.0 (Linux; Android 10; V1962A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 '
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) '
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) '

const SEEN: readonly (readonly [string, string, Place])[] = [
  [
    'WeChat on Android',
    `${ANDROID}Chrome/78.0.3904.62 MMWEBSDK/200502 MicroMessenger/7.0.15.1680 NetType/WIFI`,
    'wechat',
  ],
  [
    'WeChat on an iPhone',
    `${IPHONE}Mobile/15E148 MicroMessenger/8.0.38 NetType/WIFI Language/zh_CN`,
    'wechat',
  ],
  [
    'WeChat on Windows',
    `${WINDOWS}Chrome/107 Safari/537.36 MicroMessenger/7.0.20.1781 WindowsWechat`,
    'desktop',
  ],
  ['WeChat on a Mac', `${MAC}Chrome/107 MicroMessenger/6.8.0 MacWechat/3.8 NetType/WIFI`, 'desktop'],
  [
    'Alipay',
    `${ANDROID}Chrome/69 UCBS/3.22 Mobile Safari/537.36 AlipayDefined(nt:WIFI) AlipayClient/10.2.0`,
    'alipay',
  ],
  ['QQ', `${ANDROID}Chrome/77 MQQBrowser/6.2 V1_AND_SQ_8.4.8 QQ/8.4.8.4810 NetType/WIFI`, 'in_app'],
  ['Weibo', `${IPHONE}Mobile/15E148 Weibo (iPhone11,8__weibo__10.8.1__iphone__os16.5)`, 'in_app'],
  ['Douyin', `${ANDROID}Chrome/75 Mobile Safari/537.36 aweme_180400 JsSdk/1.0 BytedanceWebview`, 'in_app'],
  ['the QQ browser', `${ANDROID}Chrome/77 MQQBrowser/10.9 Mobile Safari/537.36 COVC/045429`, 'phone'],
  ['Safari on an iPhone', `${IPHONE}Version/16.5 Mobile/15E148 Safari/604.1`, 'phone'],
  ['Chrome on Windows', `${WINDOWS}Chrome/120 Safari/537.36`, 'desktop'],
  ['Safari on a Mac', `${MAC}Version/16.5 Safari/605.1.15`, 'desktop'],
]

describe('detectPlace', () => {
  it.each(SEEN)('recognises %s', (_, userAgent, place) => {
    expect(detectPlace(userAgent)).toBe(place)
  })

  it('takes a Macintosh with a touch screen for the iPad it is', () => {
    expect(detectPlace(`${MAC}Version/16.5 Safari/605.1.15`, 5)).toBe('phone')
  })
})

describe('WAYS', () => {
  it('offers something to do everywhere', () => {
    for (const ways of Object.values(WAYS)) {
      for (const channel of CHANNELS) expect(ways[channel].actions.length).toBeGreaterThan(0)
    }
  })

  it('keeps saving the code possible wherever a jump into Alipay may be refused', () => {
    for (const ways of Object.values(WAYS)) {
      if (ways.alipay.code === 'link') expect(ways.alipay.actions).toContain('save')
    }
  })

  it('sends Alipay buyers out of WeChat, which blocks its links', () => {
    expect(WAYS.wechat.alipay.leave).toBe(true)
    expect(WAYS.wechat.wechat.leave).toBeUndefined()
  })
})

describe('links into Alipay', () => {
  const payload = 'https://qr.alipay.com/fkx12345abcde?t=1600000000'

  it('carries the whole payload as one parameter', () => {
    expect(alipayLink(payload)).toBe(
      'alipays://platformapi/startapp?saId=10000007&qrcode=https%3A%2F%2Fqr.alipay.com%2Ffkx12345abcde%3Ft%3D1600000000',
    )
  })

  it('opens nothing but pages of Alipay', () => {
    expect(alipayPage(payload)).toBe(payload)
    expect(alipayPage('HTTPS://QR.ALIPAY.COM/FKX12345ABCDE')).toBe('HTTPS://QR.ALIPAY.COM/FKX12345ABCDE')
    expect(alipayPage('wxp://f2f0abc')).toBeUndefined()
    expect(alipayPage('https://qr.alipay.com.example.org/fkx')).toBeUndefined()
    expect(alipayPage('javascript:alert(1)')).toBeUndefined()
  })
})
