/** General forwarders of notifications: SmsForwarder, and tools that send the secret in a header. */
import type { Context } from 'koa'
import Router from 'koa-router'
import {
  receiveForwarded,
  type Forwarded,
  type ForwardOutcome,
  type Proof,
} from '../../core/forwarded-notices.ts'
import type { ApiContext } from '../context.ts'
import type { FlatForm } from '../gateway/flat-form.ts'
import { ANSWERS, answerSafely, WRONG_KEY, type Answer } from './answers.ts'
import type { WeighBadSignature } from './bad-signatures.ts'
import { readFields, readForwardBody, readLines } from './forward-body.ts'
import { senderOf } from './parameters.ts'

const OUTCOMES: Readonly<Record<ForwardOutcome, Answer>> = {
  ...ANSWERS,
  divided: [0, '分不清标题和正文，已留存待核对：请在转发应用里改用后台给出的 JSON 模板'],
  unreadable: [
    0,
    '内容无法识别，已留存待核对：需要 package、title、text，或纯文本：第一行包名、第二行标题、其余正文',
  ],
  alerted: [1, '通知里没有金额，已提醒卖家'],
  ignored: [1, '不是收款通知，已忽略'],
  unknown_app: [1, '没有读取此应用的规则，已忽略'],
  stale: [0, '签名已过期：手机时间不准，请打开自动校准时间'],
  spent: [0, '签名已被使用'],
  bad_signature: [0, WRONG_KEY],
}

export function forwardRoutes(api: ApiContext, weigh: WeighBadSignature): Router {
  const { shop, spool } = api
  const router = new Router({ sensitive: true, strict: true })

  router.all('/addons/listener/forward/:device', async (ctx) => {
    const message = await readMessage(ctx)
    if (!message) return
    await answerSafely(api, ctx, async () => {
      const outcome = await receiveForwarded(shop, spool, message)
      if (outcome === 'bad_signature') await weigh(ctx)
      answer(ctx, ...OUTCOMES[outcome])
    })
  })

  return router
}

/** The query is not looked at: the app adds a time to it. */
async function readMessage(ctx: Context): Promise<Forwarded | undefined> {
  if (ctx.method !== 'POST') {
    ctx.set('Allow', 'POST')
    return answer(ctx, 0, '只支持 POST 请求')
  }
  const { text, form } = await readForwardBody(ctx)
  const proof = proofOf(ctx, form)
  const lines = proof?.kind === 'bearer' ? readLines(text) : undefined
  const notifications = lines ?? (form && readFields(form))
  if (!notifications && !(proof && text.trim()))
    return answer(ctx, 0, '内容不完整：需要 package、title、text，或默认表单的 from、content')
  if (!proof) return answer(ctx, 0, '没有签名：请在转发应用里填写密钥，或用 Authorization: Bearer 发送')
  return {
    deviceId: String(ctx.params.device),
    proof,
    notifications: notifications ?? [],
    text,
    ...senderOf(ctx),
  }
}

const TIMESTAMP = /^\d{13}$/

function proofOf(ctx: Context, body: FlatForm | undefined): Proof | undefined {
  const [, secret] = /^Bearer +(.+)$/i.exec(ctx.get('Authorization')) ?? []
  if (secret) return { kind: 'bearer', secret, id: body?.text('id') }
  const timestamp = body?.text('timestamp') ?? ''
  const sign = signOf(body?.text('sign') ?? '')
  return TIMESTAMP.test(timestamp) && sign ? { kind: 'signed', timestamp, sign } : undefined
}

/** @returns base64 as it was before it was percent-encoded, once or not at all; undefined for what is none. */
function signOf(sent: string): string | undefined {
  const sign = sent.replaceAll(/%(2B|2F|3D)/gi, (escape) => decodeURIComponent(escape)).replaceAll(' ', '+')
  return /^[A-Za-z0-9+/]{43}=$/.test(sign) ? sign : undefined
}

function answer(ctx: Context, code: 0 | 1, msg: string): undefined {
  ctx.status = 200
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { code, msg, data: null }
}
