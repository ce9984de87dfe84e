/** Where the page is open, and what helps to pay there. */
import type { Channel } from '../../core/vocabulary.ts'

export type Place = 'wechat' | 'alipay' | 'in_app' | 'phone' | 'desktop'

/** First match wins. Chat apps on a computer cannot scan their own screen, so there they are a desktop. */
const PLACES: readonly (readonly [RegExp, Place])[] = [
  [/WindowsWechat|MacWechat/i, 'desktop'],
  [/MicroMessenger/i, 'wechat'],
  [/AlipayClient/i, 'alipay'],
  [
    /\bQQ\/[\d.]|Weibo|aweme|BytedanceWebview|NewsArticle|TikTok|XiaoHongShu|xhsdiscover|DingTalk|Lark\//i,
    'in_app',
  ],
  [/Android|iPhone|iPad|iPod|HarmonyOS|OpenHarmony|Mobile/i, 'phone'],
]

/** @param touchPoints `navigator.maxTouchPoints`: an iPad calls itself a Macintosh, but no Macintosh has a touch screen. */
export function detectPlace(userAgent: string, touchPoints = 0): Place {
  const [, place = 'desktop'] = PLACES.find(([pattern]) => pattern.test(userAgent)) ?? []
  return place === 'desktop' && /Macintosh/.test(userAgent) && touchPoints > 1 ? 'phone' : place
}

export type Action =
  'amount_link' | 'open_wechat' | 'open_alipay' | 'alipay_page' | 'pay_here' | 'copy_link' | 'save'

export type Step =
  | 'save_code'
  | 'open_wechat_scan'
  | 'open_alipay_scan'
  | 'pick_from_album'
  | 'press_code'
  | 'no_reaction'
  | 'tap_alipay'
  | 'not_supported'
  | 'browser_menu'
  | 'pay_there'

export interface Way {
  /** How the code reaches the wallet: scanned from this screen, pressed on, or not at all. */
  readonly code: 'scan' | 'press' | 'link'
  readonly steps: readonly Step[]
  /** The first one is the main one. */
  readonly actions: readonly Action[]
  /** The wallet cannot be reached from here: the page has to be opened in a browser. */
  readonly leave?: true
}

const ALBUM_WECHAT: readonly Step[] = ['save_code', 'open_wechat_scan', 'pick_from_album']
const LEAVE: Way = {
  code: 'scan',
  steps: ['browser_menu', 'pay_there'],
  actions: ['copy_link', 'save'],
  leave: true,
}

export const WAYS: Record<Place, Record<Channel, Way>> = {
  desktop: {
    wechat: { code: 'scan', steps: [], actions: ['save'] },
    alipay: { code: 'scan', steps: [], actions: ['save'] },
  },
  phone: {
    wechat: { code: 'scan', steps: ALBUM_WECHAT, actions: ['save', 'open_wechat'] },
    alipay: {
      code: 'link',
      steps: ['tap_alipay', 'not_supported', 'open_alipay_scan', 'pick_from_album'],
      actions: ['amount_link', 'open_alipay', 'save', 'alipay_page'],
    },
  },
  wechat: {
    wechat: { code: 'press', steps: ['press_code', 'no_reaction'], actions: ['save'] },
    alipay: LEAVE,
  },
  alipay: {
    wechat: { code: 'scan', steps: ALBUM_WECHAT, actions: ['save'] },
    alipay: { code: 'link', steps: [], actions: ['amount_link', 'pay_here', 'save'] },
  },
  in_app: { wechat: LEAVE, alipay: LEAVE },
}

/** Opens Alipay's scanner with the code already read; undefined for a payload that is no code of Alipay's. */
export function alipayLink(payload: string): string | undefined {
  if (!alipayPage(payload)) return undefined
  return `alipays://platformapi/startapp?saId=10000007&qrcode=${encodeURIComponent(payload)}`
}

/** @returns the page behind an Alipay code; undefined for a payload that is none of Alipay's addresses. */
export function alipayPage(payload: string): string | undefined {
  return /^https:\/\/qr\.alipay\.com\//i.test(payload) ? payload : undefined
}
