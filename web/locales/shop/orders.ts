import { translator } from '../locale.ts'

const zh = {
  title: '我的订单',
  thisDevice: '本机订单',
  empty: '这台设备上还没有订单',
  emptyHint: '在别的设备上下过单？用邮箱找回。',
  findTitle: '用邮箱找回订单',
  findHint: '我们会把订单链接发到下单时填写的邮箱。',
  email: '邮箱',
  send: '发送链接',
  sending: '正在发送…',
  sent: '如果 {email} 有订单，链接马上就到，请查收邮件（也看看垃圾箱）。',
  emailWrong: '邮箱格式不正确',
} as const

type Texts = Record<keyof typeof zh, string>

const en: Texts = {
  title: 'My orders',
  thisDevice: 'Orders of this device',
  empty: 'No orders on this device yet',
  emptyHint: 'Ordered on another device? Find it by e-mail.',
  findTitle: 'Find orders by e-mail',
  findHint: 'We send links to your orders to the address you ordered with.',
  email: 'E-mail',
  send: 'Send links',
  sending: 'Sending…',
  sent: 'If {email} has orders, the links are on their way. Check your inbox, and the spam folder.',
  emailWrong: 'This is not an e-mail address',
}

export const t = translator<Texts>({ 'zh-CN': zh, en })
