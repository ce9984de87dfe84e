/** What the letters say, in the buyer's language. */
import { formatYuan } from './money.ts'
import type { ShopSettings } from './settings.ts'
import type { Locale } from './vocabulary.ts'

export interface LetterText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface OrderFacts {
  readonly id: string
  readonly product_name: string
  readonly quantity: number
  readonly due_cents: number
  readonly access_token: string
  readonly locale: Locale
}

const WORDS = {
  'zh-CN': {
    deliverySubject: '您购买的 {product} 已发货',
    deliveryLead: '感谢购买！以下是您的商品：',
    order: '订单号',
    product: '商品',
    paid: '实付',
    again: '随时查看订单：',
    note: '使用说明',
    contact: '有问题请联系卖家：',
    linksSubject: '您在 {shop} 的订单',
    linksLead: '以下链接可查看您的订单和商品，请勿转发给他人：',
    ignore: '如果不是您本人操作，请忽略本邮件。',
  },
  en: {
    deliverySubject: 'Your purchase: {product}',
    deliveryLead: 'Thank you! Here is what you bought:',
    order: 'Order',
    product: 'Product',
    paid: 'Paid',
    again: 'See the order at any time: ',
    note: 'How to use it',
    contact: 'Questions? Contact the seller: ',
    linksSubject: 'Your orders at {shop}',
    linksLead: 'These links show your orders and goods. Do not pass them on:',
    ignore: 'If you did not ask for this, ignore this letter.',
  },
} as const

export function deliveryLetter(
  shop: ShopSettings,
  order: OrderFacts,
  goods: readonly string[],
  note: string,
): LetterText {
  const words = WORDS[order.locale]
  const facts = [
    `${words.product}: ${order.product_name} × ${order.quantity}`,
    `${words.paid}: ¥${formatYuan(order.due_cents)}`,
    `${words.order}: ${order.id}`,
  ]
  const link = orderLink(shop, order)
  const closing = [
    ...(note ? [`${words.note}: ${note}`] : []),
    ...(link ? [words.again + link] : []),
    ...(shop.contact ? [words.contact + shop.contact] : []),
  ]
  return {
    subject: oneLine(words.deliverySubject.replace('{product}', () => order.product_name)),
    text: [words.deliveryLead, '', ...goods, '', ...facts, ...closing, '', shop.shopName].join('\n'),
    html: page(shop.shopName, [
      paragraph(words.deliveryLead),
      `<pre style="padding:12px;background:#f4f4f5;white-space:pre-wrap;word-break:break-all">${escapeHtml(goods.join('\n'))}</pre>`,
      ...facts.map(paragraph),
      ...closing.map(paragraph),
    ]),
  }
}

export function linksLetter(shop: ShopSettings, orders: readonly OrderFacts[], locale: Locale): LetterText {
  const words = WORDS[locale]
  const lines = orders.map(
    (order) => `${order.product_name} ¥${formatYuan(order.due_cents)}  ${orderLink(shop, order) || order.id}`,
  )
  return {
    subject: oneLine(words.linksSubject.replace('{shop}', () => shop.shopName)),
    text: [words.linksLead, '', ...lines, '', words.ignore, '', shop.shopName].join('\n'),
    html: page(shop.shopName, [words.linksLead, ...lines, words.ignore].map(paragraph)),
  }
}

/** Carries its own proof. Empty while no public address is set: a request's Host is never trusted for it. */
export function orderLink(shop: ShopSettings, order: Pick<OrderFacts, 'id' | 'access_token'>): string {
  return shop.publicUrl && `${shop.publicUrl}/#/pay/${order.id}?key=${order.access_token}`
}

function paragraph(text: string): string {
  const linked = escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
  return `<p style="margin:8px 0">${linked.replaceAll('\n', '<br>')}</p>`
}

function page(title: string, blocks: readonly string[]): string {
  return `<!doctype html><html><body style="font:15px/1.6 sans-serif;color:#18181b">
<h1 style="font-size:18px">${escapeHtml(title)}</h1>
${blocks.join('\n')}
</body></html>`
}

export function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (mark) => names[mark] ?? mark)
}

/** The letter behind the console's test button. */
export function testLetter(shop: ShopSettings): LetterText {
  const text = `这是一封来自「${shop.shopName}」的测试邮件。\nThis is a test letter of ${shop.shopName}.`
  const html = page(shop.shopName, [paragraph(text)])
  return { subject: oneLine(`${shop.shopName} 测试邮件 / test`), text, html }
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
