/** The project's own protocol: GET only, HTTP 200, always the same five keys. */
import type { Context } from 'koa'
import Router from 'koa-router'
import {
  checkConfiguration,
  receiveBeat,
  receiveNewerNotice,
  receiveNotice,
  type BeatOutcome,
  type CheckOutcome,
} from '../../core/own-notices.ts'
import type { NoticeOutcome } from '../../core/notice-outcomes.ts'
import type { ApiContext } from '../context.ts'
import { type Answer, ANSWERS, answerSafely, WRONG_ADDRESS, WRONG_CLOCK, WRONG_KEY } from './answers.ts'
import type { WeighBadSignature } from './bad-signatures.ts'
import { pick, readGet, senderOf, type Parameters } from './parameters.ts'

const OLD = ['price', 'type', 'sign'] as const
const NEWER = ['price', 'type', 't', 'seen', 'nonce', 'sign2'] as const

/** Whole milliseconds; a name that leaves the signed text with one reading. */
const SHAPES = { t: /^\d{1,15}$/, seen: /^\d{1,15}$/, nonce: /^[^|\s]{1,128}$/ }

export function payRoutes(api: ApiContext, weigh: WeighBadSignature): Router {
  const { shop, spool } = api
  const router = new Router({ sensitive: true, strict: true })

  router.all('/addons/pay/api/setting', async (ctx) => {
    const query = readGet(ctx, refuse)
    const raw = query && pick(ctx, query, refuse, ['apiurl', 'sign'])
    if (!raw) return
    const outcome = await checkConfiguration(shop, { ...raw, ...senderOf(ctx) })
    if (outcome === 'bad_signature') await weigh(ctx)
    answer(ctx, ...CHECKS[outcome])
  })

  router.all('/addons/pay/api/heartbeat', async (ctx) => {
    const query = readGet(ctx, refuse)
    const raw = query && pick(ctx, query, refuse, ['t', 'sign2'], SHAPES)
    if (!raw) return
    const outcome = await receiveBeat(shop, { ...raw, ...senderOf(ctx) })
    if (outcome === 'bad_signature') await weigh(ctx)
    answer(ctx, ...BEATS[outcome])
  })

  router.all('/addons/pay/api/notify', async (ctx) => {
    const query = readGet(ctx, refuse)
    const receive = query && receiverOf(ctx, query)
    if (!receive) return
    await answerSafely(api, ctx, async () => {
      const outcome = await receive()
      if (outcome === 'bad_signature') await weigh(ctx)
      answer(ctx, ...NOTICES[outcome])
    })
  })

  /** By the signature that is there; with both nobody could tell which was meant, or left over. */
  function receiverOf(
    ctx: Context,
    query: Parameters,
  ): (() => Promise<NoticeOutcome | 'bad_signature'>) | undefined {
    if (!query.has('sign2')) {
      const raw = pick(ctx, query, refuse, OLD)
      return raw && (() => receiveNotice(shop, spool, { ...raw, ...senderOf(ctx) }))
    }
    if (query.has('sign')) return refuse(ctx, '新旧签名不能同时出现')
    const raw = pick(ctx, query, refuse, NEWER, SHAPES)
    return raw && (() => receiveNewerNotice(shop, spool, { ...raw, ...senderOf(ctx) }))
  }

  // What a seller opens in a phone's browser to see whether the phone gets here; koa-router answers HEAD with it.
  router.get('/addons/pay/', (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = RIGHT_ADDRESS
  })

  router.all(/^\/addons\/payapi\/(setting|notify|heartbeat)$/, (ctx) => {
    refuse(ctx, 'API 地址必须以 / 结尾，例如 http://您的域名/addons/pay/')
  })

  return router
}

const RIGHT_ADDRESS = [
  '地址正确，请把它填进监听 App',
  'The address is right: put it into the listener app',
  '',
].join('\n')

const BAD_SIGNATURE: Answer = [0, WRONG_KEY]

const NOTICES: Readonly<Record<NoticeOutcome | 'bad_signature', Answer>> = {
  ...ANSWERS,
  bad_signature: BAD_SIGNATURE,
}

const CHECKS: Readonly<Record<CheckOutcome, Answer>> = {
  alike: [1, '配置成功!'],
  address: [0, WRONG_ADDRESS],
  bad_signature: BAD_SIGNATURE,
}

const BEATS: Readonly<Record<BeatOutcome, Answer>> = {
  alive: [1, '心跳正常'],
  clock: [0, WRONG_CLOCK],
  address: [0, WRONG_ADDRESS],
  bad_signature: BAD_SIGNATURE,
}

function refuse(ctx: Context, msg: string): undefined {
  answer(ctx, 0, msg)
}

function answer(ctx: Context, code: 0 | 1, msg: string): void {
  ctx.status = 200
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { code, msg, data: '', url: '', wait: 3 }
}
