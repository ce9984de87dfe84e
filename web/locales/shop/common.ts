import { translator } from '../locale.ts'

const zh = {
  wechat: '微信支付',
  alipay: '支付宝',
  wechatApp: '微信',
  alipayApp: '支付宝',
  orders: '我的订单',
  home: '首页',
  backHome: '返回首页',
  language: 'English',
  contactIs: '联系卖家：{contact}',
  retry: '重试',
  loading: '加载中…',
  copy: '复制',
  copied: '已复制',
  copyRefused: '请长按选中后复制',
  close: '关闭',
  notFound: '找不到这个页面',
  notFoundHint: '链接可能不完整，请检查后重新打开。',
  state_pending: '待支付',
  state_paid: '已付款，待卖家发货',
  state_paid_waiting_stock: '已付款，等待补货',
  state_delivered: '已发货',
  state_expired: '已过期',
  state_cancelled: '已取消',
  times: '× {count}',
} as const

type Texts = Record<keyof typeof zh, string>

const en: Texts = {
  wechat: 'WeChat Pay',
  alipay: 'Alipay',
  wechatApp: 'WeChat',
  alipayApp: 'Alipay',
  orders: 'My orders',
  home: 'Home',
  backHome: 'Back to the shop',
  language: '中文',
  contactIs: 'Contact the seller: {contact}',
  retry: 'Try again',
  loading: 'Loading…',
  copy: 'Copy',
  copied: 'Copied',
  copyRefused: 'Press and hold to copy',
  close: 'Close',
  notFound: 'Page not found',
  notFoundHint: 'The link may be incomplete. Check it and open it again.',
  state_pending: 'To be paid',
  state_paid: 'Paid, being delivered',
  state_paid_waiting_stock: 'Paid, out of stock',
  state_delivered: 'Delivered',
  state_expired: 'Expired',
  state_cancelled: 'Cancelled',
  times: '× {count}',
}

export const common = translator<Texts>({ 'zh-CN': zh, en })
