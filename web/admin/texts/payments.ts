/** Texts of the payments that arrived. */
import { translator } from '../../locales/locale.ts'

const zh = {
  title: '到账流水',
  lead: '监听设备报告过的每一笔钱，配到订单的和没配到的都在这里，一笔不丢。',
  match: '匹配结果',
  channel: '渠道',
  anyMatch: '全部结果',
  anyChannel: '全部渠道',
  amount: '金额',
  amountExample: '例如 0.97',
  unknownChannel: '渠道未知',
  unreadable: '读不出金额',
  received: '到账时间',
  order: '订单',
  noOrder: '没有订单',
  details: '详情',
  rawPrice: '原始 price',
  rawType: '原始 type',
  rawApp: '来自 App',
  listener: '监听设备',
  address: '来自地址',
  number: '流水号',
  count: '{count} 笔',
  empty: '还没有收到任何到账通知。',
  emptyHelp: '去“监听设备”配置手机，配好后付一笔 0.01 元试试。',
  emptyFilter: '没有符合筛选条件的到账。',
  matchedWhy: '金额和渠道正好对上一笔待付订单，订单随即付清。',
  lateWhy: '订单刚超时钱就到了，还在宽限时间内，订单照常付清。',
  surplusWhy:
    '订单已经付过，同样金额又来一笔：重复通知，或买家付了两次。请到钱包核对，付了两次的请退款，再到“待处理”里记下。',
  suggestedWhy:
    '这个金额最近一次属于这笔订单，但到账太晚或订单已取消，不会自动发货。核对后在“待处理”里指派给它。',
  unmatchedWhy:
    '没有订单在等这个金额：可能是别人给您转的钱、买家改了金额，或付了很久以前的码。请到钱包核对，再到“待处理”里指派给买家的订单，或记下退款、忽略。',
  assignedWhy: '在“待处理”里指派给这笔订单，订单由此付清。',
  quarantinedWhy: '签名正确，但内容不是一笔钱。请看原始内容，必要时到钱包核对，再到“待处理”里了结。',
  toInbox: '去“待处理”',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Payments',
  lead: 'All money that a listener ever reported, matched to an order or not. Nothing is dropped.',
  match: 'Match',
  channel: 'Channel',
  anyMatch: 'All matches',
  anyChannel: 'All channels',
  amount: 'Amount',
  amountExample: 'such as 0.97',
  unknownChannel: 'Channel unknown',
  unreadable: 'No amount readable',
  received: 'Received',
  order: 'Order',
  noOrder: 'No order',
  details: 'Details',
  rawPrice: 'price as sent',
  rawType: 'type as sent',
  rawApp: 'From the app',
  listener: 'Listener',
  address: 'From address',
  number: 'Payment number',
  count: '{count}',
  empty: 'No notice of money has arrived yet.',
  emptyHelp: 'Set up the phone under “Listeners”, then pay ¥0.01 to try it.',
  emptyFilter: 'No payment fits the filter.',
  matchedWhy: 'Amount and channel were exactly those of an open order, which it paid.',
  lateWhy: 'It came just after the order timed out, inside the late window, and paid it.',
  surplusWhy:
    'The order was paid already and the same amount came again: a repeated notice, or the buyer paid twice. Check the wallet, refund a double payment, and note it in the inbox.',
  suggestedWhy:
    'The amount last belonged to this order, but the money came too late or the order was cancelled, so nothing was delivered. Check, then assign it to the order in the inbox.',
  unmatchedWhy:
    'No order waits for this amount: a transfer from someone else, a changed amount, or an old code. Check the wallet, then assign it to the buyer’s order in the inbox, or note a refund or that nothing is to be done.',
  assignedWhy: 'Assigned to this order in the inbox, which paid it.',
  quarantinedWhy:
    'The signature is right, but the content is not money. Look at what was sent, check the wallet if need be, and close it in the inbox.',
  toInbox: 'Go to the inbox',
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
