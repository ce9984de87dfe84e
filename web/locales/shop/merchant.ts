/** The payment page of a merchant's order, and of a test order. */
import { translator } from '../locale.ts'

const zh = {
  payee: '商户',
  waiting: '等待付款，到账后自动通知{name}（通常 3–10 秒）',
  why: '请勿修改金额：系统靠这个金额识别您的订单，多付或少付一分都无法自动确认。',
  paidLate: '收到迟到付款，已通知{name}',
  returning: '正在返回{name}…',
  goBack: '返回{name}',
  goBackYourself: '商户「{name}」会收到付款通知，您可以回到它的页面查看。',
  leaving: '下面的按钮会打开 {host}，请确认这是您购物的网站。',
  ended: '请回到「{name}」重新发起支付。',
  reported: '已提交核对，确认后本页会更新',
  notFound: '暂未查到，已提交核对，确认后本页会更新',
  test: '这是测试订单：请不要付款，付了也不会记到它上面。',
} as const

type Texts = Record<keyof typeof zh, string>

const en: Texts = {
  payee: 'Merchant',
  waiting: 'Waiting for payment; {name} is told automatically (usually 3–10 s)',
  why: "Don't change the amount: it is how we recognise your order. One cent more or less can't be confirmed automatically.",
  paidLate: 'Late payment received; {name} has been told',
  returning: 'Taking you back to {name}…',
  goBack: 'Back to {name}',
  goBackYourself: '{name} is being told of the payment. Go back to its page.',
  leaving: 'The button below opens {host}. Make sure that this is the site you are buying from.',
  ended: 'Go back to {name} and start the payment again.',
  reported: 'Sent to be checked; this page updates when it is confirmed',
  notFound: 'Not found yet. Sent to be checked; this page updates when it is confirmed',
  test: 'This is a test order: do not pay. Money sent for it is not matched to it.',
}

export const t = translator<Texts>({ 'zh-CN': zh, en })
