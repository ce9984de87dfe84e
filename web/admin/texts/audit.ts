import { locale, translator } from '../../locales/locale.ts'

const zh = {
  title: '审计',
  hint: '每一次人工操作：谁、何时、从哪里、改了什么。只增不改。',
  at: '时间',
  actor: '操作人',
  action: '操作',
  subject: '对象',
  change: '变更',
  before: '之前',
  after: '之后',
  show: '查看',
  empty: '还没有人工操作',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Audit',
  hint: 'Every act by hand: who, when, from where, and what changed. Nothing here is ever edited.',
  at: 'Time',
  actor: 'Who',
  action: 'Act',
  subject: 'Subject',
  change: 'Change',
  before: 'Before',
  after: 'After',
  show: 'Show',
  empty: 'Nothing was done by hand yet',
}

const zhActions: Readonly<Record<string, string>> = {
  'accounts.add': '添加收款账户',
  'accounts.change': '修改收款账户',
  'codes.add': '添加收款码',
  'codes.change': '修改收款码',
  'codes.delete': '删除收款码',
  'listeners.add': '添加监听设备',
  'listeners.change': '修改监听设备',
  'listeners.renew': '更换监听密钥',
  'listeners.show-secret': '查看监听密钥',
  'orders.cancel': '取消订单',
  'orders.deliver': '人工发货',
  'orders.mark-paid': '标记已付款',
  'orders.note': '修改订单备注',
  'password.change': '修改密码',
  'payments.assign-failed': '到账没能给订单',
  'payments.assigning': '把到账给订单',
  'payments.ignored': '忽略到账',
  'payments.refunded': '记下退款',
  'payments.reopen': '撤回对到账的决定',
  'products.add': '新建商品',
  'products.change': '修改商品',
  'session.sign-in': '登录',
  'settings.change': '修改设置',
  'stock.import': '导入卡密',
  'stock.void': '作废卡密',
}

const enActions: Readonly<Record<string, string>> = {
  'accounts.add': 'Account added',
  'accounts.change': 'Account changed',
  'codes.add': 'Receiving codes added',
  'codes.change': 'Receiving code changed',
  'codes.delete': 'Receiving code deleted',
  'listeners.add': 'Listener added',
  'listeners.change': 'Listener changed',
  'listeners.renew': 'Listener secret renewed',
  'listeners.show-secret': 'Listener secret shown',
  'orders.cancel': 'Order cancelled',
  'orders.deliver': 'Delivered by hand',
  'orders.mark-paid': 'Marked paid',
  'orders.note': 'Order note changed',
  'password.change': 'Password changed',
  'payments.assign-failed': 'Payment could not be given to its order',
  'payments.assigning': 'Payment given to an order',
  'payments.ignored': 'Payment ignored',
  'payments.refunded': 'Refund noted',
  'payments.reopen': 'Decision on a payment taken back',
  'products.add': 'Product added',
  'products.change': 'Product changed',
  'session.sign-in': 'Signed in',
  'settings.change': 'Settings changed',
  'stock.import': 'Card keys imported',
  'stock.void': 'Card keys voided',
}

/** An act's name for the reader; one that has none is shown as it was written. */
export function actionName(action: string): string {
  return (locale.value === 'en' ? enActions : zhActions)[action] ?? action
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
