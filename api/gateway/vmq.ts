/**
 * V免签 for sites: the paths of its servers, at the root for the default merchant and below `/vmq/{pid}/` for each.
 * The paths of its app are a listener's: api/addons.
 */
import Router from 'koa-router'
import { drawQrPng } from '../../com/qr-drawing.ts'
import { withQuery } from '../../core/callback-forms/form.ts'
import { fail, type RefusalDetails } from '../../core/errors.ts'
import { readListening } from '../../core/listening.ts'
import { getMerchantOrder, type MerchantOrder } from '../../core/asked-orders.ts'
import { closeMerchantOrder } from '../../core/merchant-orders.ts'
import { findSignedQuery } from '../../core/merchant-return.ts'
import { scopeOf } from '../../core/merchants.ts'
import { canBePaid } from '../../core/orders.ts'
import type { ApiContext } from '../context.ts'
import { inDialect, merchantAt, say, sentIn, type Dialect } from './dialect.ts'
import { readGateway } from './flat-form.ts'
import { sendToPayment } from './payment-page.ts'
import { placeVmqOrder, requireVmqSign, vmqOrderData, type VmqRequest } from './vmq-order.ts'

type Answer = { readonly code: 1 | -1; readonly msg: string; readonly data: unknown }

const VMQ: Dialect = {
  methods: ['GET', 'POST'],
  sentences: {
    no_free_amount: '订单超出负荷，请稍后重试',
    nobody_listens: '监控端状态异常，请检查',
    order_not_found: '云端订单编号不存在',
    wrong_state: '订单状态不允许关闭',
  },
  refused: ({ sentence, details }, ctx) =>
    ctx.state.asPage ? `${sentence}${waitOf(details)}` : { code: -1, msg: sentence, data: null },
}

export function vmqRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serve('createOrder', async (asked) => {
    const placed = await placeVmqOrder(api, asked)
    if (asked.ctx.state.asPage) return sendToPayment(shop, asked.ctx, placed.order.id)
    return done(await vmqOrderData(shop, placed))
  })

  serve('getOrder', async (asked) => done(await vmqOrderData(shop, await getAsked(asked))))

  serve('checkOrder', async (asked) => done(await returnOf(await getAsked(asked))))

  serve('closeOrder', async (asked) => {
    await requireVmqSign(shop, asked, ['orderId'], '签名校验不通过')
    await closeMerchantOrder(shop, await getAsked(asked))
    return done(null)
  })

  serve('getState', async (asked) => {
    if (!/^\d{10,13}$/.test(asked.sent.text('t'))) say('请传入时间戳 t')
    await requireVmqSign(shop, asked, ['t'], '签名校验不通过')
    const { heardAt, noticedAt, state } = await readListening(shop, scopeOf(asked.merchant, 'live'))
    const told = STATES[state]
    return done({ lastheart: seconds(heardAt), lastpay: seconds(noticedAt), state: told, jkstate: told })
  })

  // Sites build these two addresses themselves, from an order or the text of its code.
  serve('payPage/pay.html', async ({ ctx, sent }) => sendToPayment(shop, ctx, sent.text('orderId')))

  serve('enQrcode', async ({ ctx, sent }) => {
    const payload = CODE.exec(sent.text('url'))?.[0] ?? say('不是收款码')
    ctx.type = 'png'
    return drawQrPng(payload)
  })

  function serve(name: string, work: (asked: VmqRequest) => Promise<unknown>): void {
    const paths = ['', '/vmq/:pid'].flatMap((base) => [`${base}/${name}`, `${base}//${name}`])
    const speak = inDialect(shop, VMQ, async (ctx) => {
      const { query, body } = await readGateway(ctx)
      const sent = sentIn(body, query)
      ctx.state.asPage = sent.text('isHtml') === '1'
      const merchant = await merchantAt(shop, ctx.params.pid as string | undefined)
      return work({ ctx, merchant, sent })
    })
    router.all(paths, speak)
  }

  async function getAsked({ merchant, sent }: VmqRequest): Promise<MerchantOrder> {
    const orderId = sent.text('orderId')
    if (!/^[\w-]{21}$/.test(orderId)) fail('order_not_found')
    const found = await getMerchantOrder(shop, { merchant, mode: 'live' }, orderId)
    return found.asked.protocol === 'vmq' ? found : fail('order_not_found')
  }

  /** The way back of a paid order, signed. */
  async function returnOf({ order, asked }: MerchantOrder): Promise<string> {
    if (order.paid_at === null) say(canBePaid(order, shop.now()) ? '订单未支付' : '订单已过期')
    return withQuery(asked.return_url, (await findSignedQuery(shop, order, asked)) ?? '')
  }

  return router
}

/** What orders show: a picture of anything else is not ours to draw. */
const CODE = /^(?:wxp:|https?:\/\/qr\.alipay\.com\/|alipays:\/\/platformapi\/)[\x21-\x7e]{1,480}$/i

/** People are told for how long; to sites the header Retry-After says so. */
function waitOf({ freeInSeconds }: RefusalDetails): string {
  return freeInSeconds === undefined ? '' : `（约 ${String(freeInSeconds)} 秒后可下单）`
}

const STATES = { there: '1', silent: '0', never: '-1' } as const

function done(data: unknown): Answer {
  return { code: 1, msg: '成功', data }
}

/** Unix seconds as text, `0` for never. */
function seconds(at: number | null): string {
  return String(Math.floor((at ?? 0) / 1000))
}
