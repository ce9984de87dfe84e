import type {
  CaseState,
  Channel,
  DeliveryKind,
  MatchKind,
  OrderState,
  PaidBy,
  Protocol,
  Role,
} from '../../../core/vocabulary.ts'
import { translator } from '../../locales/locale.ts'

/** The state of anything that the console tags. */
export type TagState =
  | OrderState
  | MatchKind
  | Exclude<CaseState, 'open'>
  | 'free'
  | 'sold'
  | 'voided'
  | 'none'
  | 'waiting'
  | 'sent'
  | 'dead'

type Word = TagState | Channel | DeliveryKind | PaidBy | Protocol | Role

const zh: Record<Word, string> = {
  pending: '待付款',
  paid: '已付款',
  paid_waiting_stock: '已付款，待补货',
  delivered: '已发货',
  expired: '已过期',
  cancelled: '已取消',
  matched: '已匹配',
  late: '迟到匹配',
  surplus: '多余款项',
  suggested: '待确认',
  unmatched: '未匹配',
  assigned: '人工指派',
  quarantined: '无法识别',
  assigning: '正在指派',
  refunded: '已退款',
  ignored: '已忽略',
  marked: '人工标记',
  free: '可售',
  sold: '已售',
  voided: '已作废',
  none: '未发送',
  waiting: '发送中',
  sent: '已发送',
  dead: '发送失败',
  wechat: '微信',
  alipay: '支付宝',
  shared: '固定内容',
  keys: '卡密',
  manual: '人工发货',
  epay: '易支付',
  vmq: 'V免签',
  api_edition: 'Api 版',
  v1: 'API v1',
  owner: '店主',
  operator: '店员',
  viewer: '只读',
}

const en: Record<Word, string> = {
  pending: 'Awaiting payment',
  paid: 'Paid',
  paid_waiting_stock: 'Paid, out of stock',
  delivered: 'Delivered',
  expired: 'Expired',
  cancelled: 'Cancelled',
  matched: 'Matched',
  late: 'Matched late',
  surplus: 'Surplus',
  suggested: 'To confirm',
  unmatched: 'Unmatched',
  assigned: 'Assigned by hand',
  quarantined: 'Unreadable',
  assigning: 'Being assigned',
  refunded: 'Refunded',
  ignored: 'Ignored',
  marked: 'Marked by hand',
  free: 'In stock',
  sold: 'Sold',
  voided: 'Voided',
  none: 'Not sent',
  waiting: 'On its way',
  sent: 'Sent',
  dead: 'Failed',
  wechat: 'WeChat',
  alipay: 'Alipay',
  shared: 'Shared text',
  keys: 'Card keys',
  manual: 'By hand',
  epay: 'epay (易支付)',
  vmq: 'V免签 (vmq)',
  api_edition: 'Api edition',
  v1: 'API v1',
  owner: 'Owner',
  operator: 'Operator',
  viewer: 'Viewer',
}

/** The reader's word for a word of the shop. */
export const word = translator<Record<Word, string>>({ 'zh-CN': zh, en })

/** A channel's first account is called like its channel, in Chinese; until it is renamed each reader sees their word. */
export function accountName({ channel, name }: { readonly channel: Channel; readonly name: string }): string {
  return name === zh[channel] ? word(channel) : name
}
