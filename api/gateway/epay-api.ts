/** api.php: what a merchant's server asks about its orders. The one place where a key travels as it is. */
import type { Context } from 'koa'
import { hashToken } from '../../com/tokens.ts'
import { findSigningKey } from '../../core/merchant-keys.ts'
import { findByTradeNo, findMerchantOrder, type MerchantOrder } from '../../core/asked-orders.ts'
import { countSales, listSales } from '../../core/merchant-sales.ts'
import { findMerchant } from '../../core/merchants.ts'
import { formatYuan } from '../../core/money.ts'
import type { Shop } from '../../core/shop.ts'
import { localTime } from '../../core/time-zone.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import { failField, problemOf, trimmed } from './epay-words.ts'
import { readGateway } from './flat-form.ts'

/** What was asked: from the query or the body, wherever it stands. */
interface Question {
  readonly merchant: MerchantRow
  readonly key: string
  value(name: string): string
}

export async function answerQuestion({ shop }: ApiContext, ctx: Context): Promise<void> {
  try {
    const { query, body } = await readGateway(ctx)
    const value = (name: string) => trimmed(query.text(name) ?? body.text(name))
    const answer = ACTS.get(value('act'))
    ctx.body = answer ? await answer(shop, await getAsker(shop, value)) : { code: -5, msg: 'No Act!' }
  } catch (error) {
    const { code, zh } = problemOf(shop, ctx, error)
    ctx.body = { code, msg: zh }
  }
}

type Answer = Readonly<Record<string, unknown>>

const ACTS: ReadonlyMap<string, (shop: Shop, question: Question) => Promise<Answer>> = new Map([
  ['order', tellOrder],
  ['orders', listOrders],
  ['query', tellMerchant],
  ['settle', async () => ({ code: 1, msg: '查询结算记录成功！', data: [] })],
  ['refund', async () => ({ code: -1, msg: '个人收款码收到的款不能原路退回，请在微信或支付宝里转账退款' })],
])

async function getAsker(shop: Shop, value: Question['value']): Promise<Question> {
  const pid = value('pid') || failField('pid', 'missing')
  const key = value('key') || failField('key', 'missing')
  const merchant = (await findMerchant(shop, pid)) ?? failField('pid', 'unknown')
  const known = await findSigningKey(shop, merchant.id, hashToken(key), hashToken)
  return known ? { merchant, key, value } : failField('key', 'wrong')
}

async function tellOrder(shop: Shop, { merchant, value }: Question): Promise<Answer> {
  const [tradeNo, outTradeNo] = [value('trade_no'), value('out_trade_no')]
  if (tradeNo === '' && outTradeNo === '') failField('out_trade_no', 'missing')
  const own = { merchant, mode: 'live' } as const
  const found = await (tradeNo === ''
    ? findMerchantOrder(shop, { ...own, outTradeNo })
    : findByTradeNo(shop, own, tradeNo))
  return found ? { code: 1, msg: 'succ', ...rowOf(shop, merchant, found) } : { code: -1, msg: '订单号不存在' }
}

async function listOrders(shop: Shop, { merchant, value }: Question): Promise<Answer> {
  const limit = Math.min(50, wholeNumber(value('limit'), 10) || 10)
  const page = wholeNumber(value('page'), 1) || 1
  const offset = wholeNumber(value('offset'), (page - 1) * limit)
  const paid = new Map([
    ['0', false],
    ['1', true],
  ]).get(value('status'))
  const found = await listSales(shop, merchant.id, { paid, limit, offset })
  const data = found.map((one) => rowOf(shop, merchant, one))
  return { code: 1, msg: '查询订单列表成功！', count: data.length, data }
}

function wholeNumber(text: string, otherwise: number): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : otherwise
}

/** Also of orders that came in another protocol, whose types have other names. */
function rowOf(shop: Shop, merchant: MerchantRow, { order, asked }: MerchantOrder): Answer {
  const sent = JSON.parse(asked.request) as Record<string, string>
  const type = asked.protocol === 'epay' ? sent.type : ''
  const time = (at: number) => localTime(at, shop.settings.current.timeZone)
  return {
    trade_no: asked.trade_no,
    out_trade_no: asked.out_trade_no,
    api_trade_no: null,
    type: type || (order.channel === 'wechat' ? 'wxpay' : 'alipay'),
    pid: merchant.pid,
    addtime: time(asked.created_at),
    endtime: order.paid_at === null ? null : time(order.paid_at),
    name: sent.name ?? order.product_name,
    money: formatYuan(order.price_cents),
    param: sent.param ?? '',
    buyer: null,
    status: order.paid_at === null ? 0 : 1,
  }
}

async function tellMerchant(shop: Shop, { merchant, key }: Question): Promise<Answer> {
  const { all, today, yesterday } = await countSales(shop, merchant.id)
  return {
    code: 1,
    pid: merchant.pid,
    key: `${'*'.repeat(28)}${key.slice(-4)}`,
    active: 1,
    money: '0.00',
    type: 1,
    account: '',
    username: '',
    orders: all,
    orders_today: today,
    order_today: today,
    orders_lastday: yesterday,
    order_lastday: yesterday,
  }
}
