/** The V免签 listener app, which speaks plain http to the host's root. */
import type { Context } from 'koa'
import Router from 'koa-router'
import type { NoticeOutcome } from '../../core/notice-outcomes.ts'
import { receiveVmqBeat, receiveVmqPush, VMQ_TIME } from '../../core/vmq-notices.ts'
import type { ApiContext } from '../context.ts'
import { ANSWERS, answerSafely, WRONG_ADDRESS, WRONG_CLOCK, WRONG_FORM, WRONG_KEY } from './answers.ts'
import type { WeighBadSignature } from './bad-signatures.ts'
import { pick, readGet, senderOf } from './parameters.ts'

const SHAPES = { t: VMQ_TIME }

export function vmqRoutes(api: ApiContext, weigh: WeighBadSignature): Router {
  const { shop, spool } = api
  const router = new Router({ sensitive: true, strict: true })

  router.all('/appHeart', async (ctx) => {
    const query = readGet(ctx, refuse)
    const raw = query && pick(ctx, query, refuse, ['t', 'sign'], SHAPES)
    if (!raw) return
    const outcome = await receiveVmqBeat(shop, { ...raw, ...senderOf(ctx) })
    if (outcome === 'bad_signature') await weigh(ctx)
    answer(ctx, BEATS[outcome])
  })

  router.all('/appPush', async (ctx) => {
    const query = readGet(ctx, refuse)
    const raw = query && pick(ctx, query, refuse, ['t', 'type', 'price', 'sign'], SHAPES)
    if (!raw) return
    await answerSafely(api, ctx, async () => {
      const outcome = await receiveVmqPush(shop, spool, { ...raw, ...senderOf(ctx) })
      if (outcome === 'bad_signature') await weigh(ctx)
      answer(ctx, outcome === 'bad_signature' ? WRONG_KEY : complaintOf(outcome))
    })
  })

  return router
}

/** Undefined: all is well. */
const BEATS = {
  alive: undefined,
  clock: WRONG_CLOCK,
  address: WRONG_ADDRESS,
  old_form: WRONG_FORM,
  bad_signature: WRONG_KEY,
} as const

/** The app knows a yes and a no: whatever was recorded is a yes. */
function complaintOf(outcome: NoticeOutcome): string | undefined {
  const [code, msg] = ANSWERS[outcome]
  return code === 1 ? undefined : msg
}

function refuse(ctx: Context, msg: string): void {
  answer(ctx, msg)
}

function answer(ctx: Context, complaint: string | undefined): void {
  ctx.status = 200
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { code: complaint === undefined ? 1 : -1, msg: complaint ?? '成功', data: null }
}
