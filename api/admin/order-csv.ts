/** The export of orders as lines of CSV. */
import { formatYuan } from '../../core/money.ts'
import type { OrderMerchant } from '../../core/order-merchants.ts'
import { localTime } from '../../core/time-zone.ts'
import type { Locale } from '../../core/vocabulary.ts'
import type { OrderRow } from '../../sql/schema.ts'

export const CSV_HEADS: Readonly<Record<Locale, readonly string[]>> = {
  'zh-CN': [
    '订单号',
    '商品',
    '数量',
    '原价',
    '应付',
    '渠道',
    '状态',
    '邮箱',
    '下单时间',
    '付款时间',
    '付款方式',
    '备注',
    '商户',
    '商户订单号',
    '接口',
  ],
  en: [
    'Order',
    'Product',
    'Quantity',
    'Price',
    'Due',
    'Channel',
    'State',
    'E-mail',
    'Placed',
    'Paid',
    'Paid by',
    'Note',
    'Merchant',
    "Merchant's number",
    'Protocol',
  ],
}

export function orderCells(order: OrderRow, asked: OrderMerchant | undefined, timeZone: string): string[] {
  return [
    order.id,
    order.product_name,
    String(order.quantity),
    formatYuan(order.price_cents),
    formatYuan(order.due_cents),
    order.channel,
    order.state,
    order.email,
    localTime(order.created_at, timeZone),
    order.paid_at === null ? '' : localTime(order.paid_at, timeZone),
    order.paid_by ?? '',
    order.seller_note,
    asked ? `${asked.pid} ${asked.merchant_name}` : '',
    asked?.out_trade_no ?? '',
    asked?.protocol ?? '',
  ]
}

/** Quoted, and harmless to a spreadsheet: what could be read as a formula gets an apostrophe in front. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${plain.replaceAll('"', '""')}"`
}
