/** The inbox: money that no order took by itself, and orders whose buyers say that they paid. */
import * as z from 'zod/mini'
import { CASE_STATES } from '../../core/vocabulary.ts'
import { AdminOrder, AdminPayment } from './admin-orders.ts'
import { operation } from './operation.ts'
import { Done, Id, IdParams, Page, Time, line } from './words.ts'

export const InboxEntry = z.object({
  payment: AdminPayment,
  state: z.enum(CASE_STATES),
  /** What was noted with the decision. */
  note: z.string(),
  /** The order it is being given to, or was. */
  orderId: z.nullable(Id),
  decidedAt: z.nullable(Time),
  decidedBy: z.nullable(z.string()),
  /** Until then an assignment can be taken back; null otherwise. */
  undoUntil: z.nullable(Time),
  /** Orders it may belong to, most likely first. */
  suggestions: z.array(AdminOrder),
})
export type InboxEntry = z.output<typeof InboxEntry>

export const listInbox = operation({
  id: 'listInbox',
  method: 'GET',
  path: '/api/admin/inbox',
  summary:
    'Payments that wait for a decision, or those that have had one, and orders that buyers report as paid.',
  audience: 'admin',
  query: z.strictObject({ which: z.optional(z.enum(['open', 'closed'])), page: Page }),
  reply: z.object({ entries: z.array(InboxEntry), total: z.int(), reported: z.array(AdminOrder) }),
  refusals: ['bad_input'],
})

export const assignPayment = operation({
  id: 'assignPayment',
  method: 'POST',
  path: '/api/admin/payments/:id/assign',
  summary:
    'Gives a payment to an unpaid order. The goods go out ten seconds later; until then it can be taken back.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ orderId: Id }),
  reply: Done,
  refusals: ['not_found', 'order_not_found', 'wrong_state'],
})

export const closeCase = operation({
  id: 'closeCase',
  method: 'POST',
  path: '/api/admin/payments/:id/close',
  summary: 'Notes that a payment was refunded in the wallet, or that nothing is to be done.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ state: z.enum(['refunded', 'ignored']), note: line(0, 200) }),
  reply: Done,
  refusals: ['not_found', 'wrong_state'],
})

export const reopenCase = operation({
  id: 'reopenCase',
  method: 'POST',
  path: '/api/admin/payments/:id/reopen',
  summary: 'Takes a decision back, unless its goods are on their way.',
  audience: 'admin',
  params: IdParams,
  reply: Done,
  refusals: ['not_found', 'wrong_state'],
})
