/** Trying a merchant out: a ping, a question in its protocol, a test order. */
import Router from 'koa-router'
import { pingEndpoint } from '../../core/callback-ping.ts'
import { fail } from '../../core/errors.ts'
import { listSigningKeys } from '../../core/merchant-keys.ts'
import { getMerchant } from '../../core/merchants.ts'
import { placeSandboxOrder } from '../../core/sandbox-orders.ts'
import { checkedCallUrl } from '../call-url.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-merchants.ts'
import { limit } from '../limit.ts'
import type { OwnFront } from '../own-front.ts'
import { localeOf } from '../reader.ts'
import { serve } from '../serve.ts'
import { toAttemptView } from './callbacks.ts'
import { QUESTIONS, type Question } from './protocol-questions.ts'

const PER_MINUTE = 20

export function merchantTestRoutes(api: ApiContext, front: OwnFront): Router {
  const { shop, callbackAllow } = api
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.pingEndpoint, async ({ params }) => {
    const { attempt, delivered } = await pingEndpoint(
      shop,
      { merchantId: params.id },
      params.endpointId,
      api.call,
    )
    return { callbackId: attempt.callback_id, delivered, attempt: toAttemptView(attempt) }
  })

  serve(router, contract.testMerchant, async ({ params, body }) => {
    const merchant = await getMerchant(shop, params.id)
    const [key] = await listSigningKeys(shop, params.id)
    if (!key) return fail('merchant_key_needed')
    await limit(shop, `merchant-test:${params.id}`, PER_MINUTE, 60_000)
    const { publicUrl } = shop.settings.current
    const { signed, bare } = QUESTIONS[body.protocol](String(merchant.pid), key.secret, shop.now())
    return {
      inside: await told(signed, signed.shownPath, () => front(signed)),
      outside: publicUrl === '' ? null : await askOutside(publicUrl, bare),
    }
  })

  serve(router, contract.placeTestOrder, async ({ params, body, ctx }) => {
    const merchant = await getMerchant(shop, params.id)
    checkedCallUrl('notifyUrl', body.notifyUrl, callbackAllow)
    await limit(shop, `merchant-test:${params.id}`, PER_MINUTE, 60_000)
    const { order } = await placeSandboxOrder(shop, merchant, { ...body, locale: localeOf(ctx) })
    return { orderId: order.id }
  })

  /** As the world sees it, as far as this machine can: through the guarded way out, and unsigned. */
  function askOutside(publicUrl: string, question: Question): Promise<contract.TestedRequest> {
    const url = publicUrl + question.path
    return told(question, url, () =>
      api.call({
        method: question.method,
        url,
        headers: question.body === '' ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: question.body,
      }),
    )
  }

  return router
}

const SHOWN = 4_096

async function told(
  question: Question,
  url: string,
  ask: () => Promise<{ status: number; body: string }>,
): Promise<contract.TestedRequest> {
  const request = { method: question.method, url, body: question.body }
  try {
    const { status, body } = await ask()
    return { ...request, status, answer: body.slice(0, SHOWN), error: '', ok: question.isRight(body) }
  } catch (error) {
    const { message } = error as Error
    return { ...request, status: null, answer: '', error: message.slice(0, 200), ok: false }
  }
}
