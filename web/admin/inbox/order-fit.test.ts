import { expect, it } from 'vitest'
import type { InboxEntry } from '../../../api/contract/admin-inbox.ts'
import type { AdminOrder, AdminPayment } from '../../../api/contract/admin-orders.ts'
import { fitOf, paymentsFor, spanOf } from './order-fit.ts'

const order = { dueCents: 97, createdAt: 1_000_000, expiresAt: 1_300_000, channel: 'wechat' } as const
const payment = { amountCents: 97, receivedAt: 1_120_000, channel: 'wechat' } as const

it('fits exactly where amount and channel are equal and the money came in time', () => {
  expect(fitOf(payment, order)).toEqual({ cents: 0, otherChannel: false, place: 'during', ms: 120_000 })
})

it('tells by how many cents too much or too little arrived', () => {
  expect(fitOf({ ...payment, amountCents: 100 }, order).cents).toBe(3)
  expect(fitOf({ ...payment, amountCents: 95 }, order).cents).toBe(-2)
})

it('claims no difference where no amount or channel could be read', () => {
  const fit = fitOf({ ...payment, amountCents: null, channel: null }, order)
  expect(fit).toMatchObject({ cents: null, otherChannel: false })
})

it('tells money of the other channel', () => {
  expect(fitOf({ ...payment, channel: 'alipay' }, order).otherChannel).toBe(true)
})

it('measures late money from the end of the order, and early money from its placing', () => {
  expect(fitOf({ ...payment, receivedAt: 1_360_000 }, order)).toMatchObject({ place: 'after', ms: 60_000 })
  expect(fitOf({ ...payment, receivedAt: 970_000 }, order)).toMatchObject({ place: 'before', ms: 30_000 })
})

it('rounds a span down to its largest unit', () => {
  expect(spanOf(59_999)).toEqual({ unit: 'seconds', count: 59 })
  expect(spanOf(60_000)).toEqual({ unit: 'minutes', count: 1 })
  expect(spanOf(3_599_999)).toEqual({ unit: 'minutes', count: 59 })
  expect(spanOf(7_200_000)).toEqual({ unit: 'hours', count: 2 })
})

const ORDER: AdminOrder = {
  ...order,
  id: 'order-1',
  productId: 'product-1',
  productName: 'Month',
  quantity: 1,
  priceCents: 100,
  state: 'expired',
  email: 'a@example.com',
  address: '192.0.2.1',
  paidAt: null,
  paidBy: null,
  deliveredAt: null,
  reportedAt: 1_200_000,
  sellerNote: '',
  mail: 'none',
  merchantId: null,
  test: false,
}

/** An open entry that is suggested for ORDER. */
function entry(id: string, change: Partial<AdminPayment>, rest: Partial<InboxEntry> = {}): InboxEntry {
  return {
    payment: {
      ...payment,
      id,
      rawPrice: '0.97',
      rawType: 'wechat',
      rawText: null,
      happenedAt: null,
      match: 'unmatched',
      warning: null,
      caseState: null,
      orderId: null,
      productName: null,
      listenerName: 'phone',
      address: '192.0.2.2',
      ...change,
    },
    state: 'open',
    note: '',
    orderId: null,
    decidedAt: null,
    decidedBy: null,
    undoUntil: null,
    suggestions: [ORDER],
    ...rest,
  }
}

it('offers a buyer who says they paid the payments near their order, the best fit first', () => {
  const entries = [
    entry('other-channel', { channel: 'alipay' }),
    entry('near', { amountCents: 100 }),
    entry('same', {}),
  ]
  expect(paymentsFor(ORDER, entries).map(({ id }) => id)).toEqual(['same', 'near', 'other-channel'])
})

it('offers no payment that is being given away, is no money, or is not near', () => {
  const entries = [
    entry('going', {}, { state: 'assigning' }),
    entry('unreadable', { amountCents: null }),
    entry('far', {}, { suggestions: [] }),
  ]
  expect(paymentsFor(ORDER, entries)).toEqual([])
})
