/** The listener's own protocol: GET only, HTTP 200, always the same five keys. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'koa'
import Router from 'koa-router'
import { raiseAlert } from '../../core/alerts.ts'
import { noteListener } from '../../core/listeners.ts'
import { findSigner } from '../../core/signers.ts'
import { networkOf } from '../../core/network.ts'
import { receiveNotice, type NoticeOutcome } from '../../core/notices.ts'
import { readQuery } from '../bounded-query.ts'
import type { ApiContext } from '../context.ts'
import { addressOf } from '../reader.ts'

const SLOW_MS = 2_000
const MAX_SLOW = 200

/** What each outcome says; the app shows it to the seller. Code 1: recorded. */
const ANSWERS: Readonly<Record<NoticeOutcome, readonly [code: 0 | 1, msg: string]>> = {
  matched: [1, '收款处理成功!'],
  late: [1, '收款处理成功!'],
  assigned: [1, '收款处理成功!'],
  surplus: [1, '收款已记录，该订单此前已付款'],
  suggested: [1, '收款已记录，订单已结束，请在后台核对'],
  unmatched: [1, '收款已记录，没有等待此金额的订单'],
  spooled: [1, '收款已记录'],
  quarantined: [0, '金额或类型无法识别，已留存待核对'],
  bad_signature: [0, '密匙不正确!'],
}

export function payRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })
  let slow = 0

  router.all('/addons/pay/api/setting', async (ctx) => {
    const query = readGet(ctx, ['apiurl', 'sign'])
    if (!query) return
    const device = await findSigner(shop, query.apiurl, query.sign)
    if (!device) return refuseSignature(ctx)
    noteListener(shop, device.id, 'checked_at', addressOf(ctx)).catch((error: unknown) =>
      shop.log.warn({ err: error }, 'a configuration check was not noted'),
    )
    answer(ctx, 1, '配置成功!')
  })

  router.all('/addons/pay/api/notify', async (ctx) => {
    const query = readGet(ctx, ['price', 'type', 'sign'])
    if (!query) return
    const raw = { price: query.price, type: query.type, sign: query.sign, address: addressOf(ctx) }
    try {
      const outcome = await receiveNotice(shop, api.spool, raw)
      if (outcome === 'bad_signature') return await refuseSignature(ctx)
      answer(ctx, ...ANSWERS[outcome])
    } catch (error) {
      shop.log.error({ err: error }, 'a notice could not be made safe: the listener gets no answer')
      ctx.respond = false
      ctx.res.destroy() // any answer at all counts as success with some listeners
    }
  })

  router.all(/^\/addons\/payapi\/(setting|notify)$/, (ctx) => {
    answer(ctx, 0, 'API 地址必须以 / 结尾，例如 http://您的域名/addons/pay/')
  })

  /** Slowly, once there are too many from one address; a right signature never waits. */
  async function refuseSignature(ctx: Context): Promise<void> {
    const { limit, windowMs } = api.badSignLimit
    const net = networkOf(addressOf(ctx))
    const hit = limit > 0 ? await shop.store.hit(`bad-sign:${net}`, limit, windowMs) : undefined
    shop.log.warn({ address: addressOf(ctx), path: ctx.path }, 'a bad signature')
    if (hit && !hit.allowed) {
      if (hit.count === limit + 1) {
        await raiseAlert(shop, 'bad_signatures', net, { windowMs }).catch(() => undefined)
      }
      if (slow < MAX_SLOW) {
        slow += 1
        await sleep(SLOW_MS).finally(() => (slow -= 1))
      }
    }
    answer(ctx, ...ANSWERS.bad_signature)
  }

  return router
}

/** Anything but a GET with each of the parameters exactly once is refused in the protocol's words. */
function readGet<Name extends string>(
  ctx: Context,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  if (ctx.method !== 'GET') {
    ctx.set('Allow', 'GET')
    answer(ctx, 0, '只支持 GET 请求')
    return undefined
  }
  const query = readQuery(ctx.querystring)
  const values = names.map((name) => [name, query?.get(name)] as const)
  if (values.some(([, value]) => value === undefined)) {
    answer(ctx, 0, '参数不完整或有重复')
    return undefined
  }
  return Object.fromEntries(values) as Record<Name, string>
}

function answer(ctx: Context, code: 0 | 1, msg: string): void {
  ctx.status = 200
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { code, msg, data: '', url: '', wait: 3 }
}
