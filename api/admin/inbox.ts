/** The console's inbox. */
import Router from 'koa-router'
import { assignPayment, closeCase, reopenCase, UNDO_MS } from '../../core/inbox.ts'
import { listInbox, listReported, type InboxEntry } from '../../core/inbox-list.ts'
import type { Shop } from '../../core/shop.ts'
import * as contract from '../contract/admin-inbox.ts'
import { PAGE_SIZE } from '../contract/words.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'
import { toAdminOrder } from './orders.ts'
import { toPaymentView } from './payments.ts'

const DONE = { ok: true } as const

export function inboxRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listInbox, async ({ query }) => {
    const { entries, total } = await listInbox(
      shop,
      query.which ?? 'open',
      Number(query.page ?? 1),
      PAGE_SIZE,
    )
    const reported = await listReported(shop)
    return { entries: entries.map(toView), total, reported: reported.map((order) => toAdminOrder(order)) }
  })

  serve(router, contract.assignPayment, async ({ params, body, ctx }) => {
    await assignPayment(shop, params.id, body.orderId, actorOf(ctx))
    return DONE
  })

  serve(router, contract.closeCase, async ({ params, body, ctx }) => {
    await closeCase(shop, params.id, body, actorOf(ctx))
    return DONE
  })

  serve(router, contract.reopenCase, async ({ params, ctx }) => {
    await reopenCase(shop, params.id, actorOf(ctx))
    return DONE
  })

  return router
}

function toView({ payment, suggestions }: InboxEntry): contract.InboxEntry {
  const assigning = payment.case_state === 'assigning' && payment.decided_at !== null
  return {
    payment: toPaymentView(payment),
    state: payment.case_state ?? 'open',
    note: payment.case_note ?? '',
    orderId: payment.case_order_id,
    decidedAt: payment.decided_at,
    decidedBy: payment.decided_by,
    undoUntil: assigning ? (payment.decided_at ?? 0) + UNDO_MS : null,
    suggestions: suggestions.map((order) => toAdminOrder(order)),
  }
}
