/** The payment page of a browser that runs no scripts: in both languages, because it cannot choose one. */
import { escapeHtml } from '../core/letters.ts'
import { readMerchantReturn, type MerchantReturn } from '../core/merchant-return.ts'
import { findMerchantSide } from '../core/merchant-sides.ts'
import { formatYuan } from '../core/money.ts'
import type { Shop } from '../core/shop.ts'
import { localTime } from '../core/time-zone.ts'
import type { Channel } from '../core/vocabulary.ts'
import type { OrderRow } from '../sql/schema.ts'

/** Code, amount and deadline, renewed every ten seconds while it is open; never the goods. */
export async function plainOrder(shop: Shop, order: OrderRow): Promise<string> {
  const due = `¥${formatYuan(order.due_cents)}`
  const { timeZone, contact } = shop.settings.current
  const side = await findMerchantSide(shop, order)
  return [
    `<h1>${escapeHtml(order.product_name)}</h1><p><strong>${due}</strong></p>`,
    order.state === 'pending'
      ? toPay(order, due, localTime(order.expires_at, timeZone))
      : paragraph(STATES[order.state]),
    wayBack(side ? await readMerchantReturn(shop, order, side) : null),
    contact && `<p>联系卖家 / Contact the seller: ${escapeHtml(contact)}</p>`,
  ].join('')
}

const STATES: Readonly<Record<OrderRow['state'], readonly [string, string]>> = {
  pending: ['等待付款', 'Waiting for payment'],
  paid: ['支付成功', 'Paid'],
  paid_waiting_stock: ['已付款，等待补货', 'Paid, waiting for stock'],
  delivered: ['已发货，请查看邮件', 'Paid and delivered, see your e-mail'],
  expired: ['订单已过期，请不要再付款', 'Expired, do not pay any more'],
  cancelled: ['订单已取消，请不要再付款', 'Cancelled, do not pay any more'],
}

const SCAN: Readonly<Record<Channel, readonly [string, string]>> = {
  wechat: ['用微信扫一扫付款', 'Scan with WeChat to pay'],
  alipay: ['用支付宝扫一扫付款', 'Scan with Alipay to pay'],
}

function toPay(order: OrderRow, due: string, until: string): string {
  const picture = `<p><img src="/api/orders/${order.id}/code.png" width="240" height="240" alt="${due}"></p>`
  return [
    '<meta http-equiv="refresh" content="10">',
    order.test_at !== null && paragraph(['这是测试订单：请不要付款', 'A test order: do not pay']),
    picture,
    paragraph(SCAN[order.channel]),
    paragraph(['请勿修改金额：系统靠这个金额识别您的订单', 'Pay exactly this amount: it tells your order']),
    paragraph([`请在 ${until} 前付款`, `Pay before ${until}`]),
  ]
    .filter(Boolean)
    .join('')
}

function wayBack(merchant: MerchantReturn | null): string {
  if (!merchant?.returnUrl) return ''
  const words = escapeHtml(`返回${merchant.name} / Back to ${merchant.name}`)
  return `<p><a class="button button-main" href="${escapeHtml(merchant.returnUrl)}">${words}</a></p>`
}

function paragraph([zh, en]: readonly [string, string]): string {
  return `<p>${zh}<br><span lang="en">${en}</span></p>`
}
