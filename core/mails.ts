/** The letters that go to buyers, as jobs of the outbox. */
import { statement } from '../com/db/index.ts'
import { MailError } from '../com/email.ts'
import { hashToken } from '../com/tokens.ts'
import type { JobRow, OrderRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import { fail } from './errors.ts'
import { enqueue, HopelessJob, type JobHandler } from './jobs.ts'
import { deliveryLetter, linksLetter } from './letters.ts'
import { findGoods } from './delivery.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import { getOrder, getOrderWithOthers } from './orders.ts'
import { findRecentProduct } from './products.ts'
import { transaction, type Shop } from './shop.ts'
import type { Locale } from './vocabulary.ts'

/** The letter of a delivered order; the same Message-ID on every attempt. */
export function deliveryMail(scheduleMs: readonly number[]): JobHandler {
  return {
    scheduleMs,
    async run(shop, job) {
      const order = await getOrderWithOthers(shop, job.order_id ?? '')
      const goods = (await findGoods(shop, order)) ?? []
      const product = await findRecentProduct(shop, order.product_id)
      await send(shop, job, {
        to: order.email,
        ...deliveryLetter(shop.settings.current, order, goods, product?.purchase_note ?? ''),
      })
    },
    async onDone(tx, job) {
      await recordEvent(tx, job.order_id ?? '', 'mail_sent', 'clock', { attempts: job.attempts })
    },
    async onFailure(tx, job, { error, dead }) {
      const kind = dead ? 'mail_dead' : 'mail_failed'
      await recordEvent(tx, job.order_id ?? '', kind, 'clock', { attempts: job.attempts, error })
      if (dead) await raiseAlert(tx, 'mail_dead', job.order_id ?? '', { error })
    },
  }
}

/** Links to the latest orders of an address; says nothing to an address without any. */
export function lookupMail(scheduleMs: readonly number[]): JobHandler {
  return {
    scheduleMs,
    async run(shop, job) {
      const { email, locale } = JSON.parse(job.payload) as { email: string; locale: Locale }
      const orders = await listOrdersByEmail(shop, email)
      if (orders.length === 0) return
      await send(shop, job, { to: email, ...linksLetter(shop.settings.current, orders, locale) })
    },
  }
}

async function send(
  shop: Shop,
  job: JobRow,
  letter: { to: string; subject: string; text: string; html: string },
): Promise<void> {
  try {
    await shop.mail.send({ messageId: `<${job.id}@${mailDomain(shop)}>`, ...letter })
  } catch (error) {
    if (error instanceof MailError && error.permanent) throw new HopelessJob(error.message)
    throw error
  }
}

function mailDomain(shop: Shop): string {
  const { publicUrl } = shop.settings.current
  return publicUrl ? new URL(publicUrl).hostname : 'qrtill.invalid'
}

async function listOrdersByEmail(shop: Shop, email: string): Promise<OrderRow[]> {
  return shop.db
    .selectFrom('orders')
    .selectAll()
    .where('email', '=', email)
    .orderBy('created_at', 'desc')
    .limit(20)
    .execute()
}

/** Asks for the links of an address; whether there are any is found out later, so that the answer tells nothing. */
export async function requestOrderLinks(shop: Shop, email: string, locale: Locale): Promise<void> {
  const address = email.toLowerCase()
  const minute = Math.floor(shop.now() / 60_000)
  await enqueue(shop, {
    kind: 'lookup_mail',
    key: `lookup_mail:${hashToken(address)}:${minute}`,
    payload: { email: address, locale },
  })
  shop.store.publish('jobs', '')
}

/** Mails the goods again as a letter of its own. @throws ShopError `wrong_state` */
export async function resendGoods(shop: Shop, orderId: string, actor: string): Promise<void> {
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, orderId)
    if (order.state !== 'delivered') fail('wrong_state', { state: order.state })
    const key = `delivery_mail:${orderId}:${tx.now()}`
    await enqueue(tx, { kind: 'delivery_mail', key, orderId })
    await recordEvent(tx, orderId, 'mail_again', actor)
  })
  shop.store.publish('jobs', '')
  wakeOrder(shop, orderId)
}

export type MailState = 'none' | 'waiting' | 'sent' | 'dead'

/** State of the latest letter of each order. */
export async function readMailStates(
  shop: Shop,
  orderIds: readonly string[],
): Promise<Map<string, { state: MailState; error: string | null }>> {
  if (orderIds.length === 0) return new Map()
  const rows = await jobsOf.all(shop.db, { orderIds })
  const letters = rows.filter(({ kind }) => kind === 'delivery_mail')
  return new Map(
    letters.map((row) => [row.order_id ?? '', { state: mailStateOf(row), error: row.last_error }]),
  )
}

/** Not by their kind: SQLite would then walk through all letters that were ever sent, instead of an order's few jobs. */
const jobsOf = statement((db, the: { orderIds: readonly string[] }) =>
  db
    .selectFrom('jobs')
    .select(['kind', 'order_id', 'done_at', 'dead_at', 'last_error'])
    .where('order_id', 'in', the.orderIds)
    .orderBy('created_at'),
)

function mailStateOf(job: Pick<JobRow, 'done_at' | 'dead_at'>): MailState {
  if (job.done_at !== null) return 'sent'
  return job.dead_at === null ? 'waiting' : 'dead'
}
