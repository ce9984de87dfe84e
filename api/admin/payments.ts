/** The console's payments: everything that arrived. */
import Router from 'koa-router'
import { listPayments, sumPayments, type ListedPayment } from '../../core/payment-list.ts'
import type { Shop } from '../../core/shop.ts'
import * as contract from '../contract/admin-orders.ts'
import { PAGE_SIZE } from '../contract/words.ts'
import { serve } from '../serve.ts'

export function paymentRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listPayments, async ({ query }) => {
    const payments = await listPayments(shop, query, Number(query.page ?? 1), PAGE_SIZE)
    const sums = await sumPayments(shop, query)
    const total = sums.reduce((sum, { count }) => sum + count, 0)
    return { payments: payments.map(toPaymentView), total, sums }
  })

  return router
}

export function toPaymentView(payment: ListedPayment): contract.AdminPayment {
  return {
    id: payment.id,
    receivedAt: payment.received_at,
    channel: payment.channel,
    amountCents: payment.amount_cents,
    rawPrice: payment.raw_price,
    rawType: payment.raw_type,
    rawText: payment.raw_text,
    happenedAt: payment.happened_at,
    match: payment.match_kind,
    warning: payment.warning,
    caseState: payment.case_state,
    orderId: payment.order_id,
    productName: payment.product_name,
    listenerName: payment.listener_name ?? '',
    address: payment.address,
  }
}
