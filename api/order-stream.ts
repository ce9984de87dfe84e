/** Server-sent events: tells an open page that its order changed; the page then asks for the order itself. */
import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import { gather } from '../com/gather.ts'
import { fail } from '../core/errors.ts'
import { readMailStates, type MailState } from '../core/mails.ts'
import { getOrderWithOthers, listOrderStates } from '../core/orders.ts'
import type { Shop } from '../core/shop.ts'
import { beginAnswer } from './security-headers.ts'

const PING_MS = 20_000

/** A wake-up can be lost, with Redis or between processes without it: what pages were told is compared this often. */
const LOOK_MS = 3_000
const LOOK_SIZE = 500

const NOTHING: ReadonlyMap<string, undefined> = new Map()

const STREAM_HEADERS = Object.entries({
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
}).flat()

const MAX_WAITING_BYTES = 64 * 1024
const MAX_PER_ORDER = 20

export interface OrderStreams {
  /** Answers the request with a stream of its order's states. */
  open(ctx: Context, orderId: string): Promise<void>
  /** Ends every stream; browsers come back by themselves. */
  close(): void
}

/** The open pages of one order, and what they were told last. */
interface Audience {
  readonly pages: Set<ServerResponse>
  told: string
}

export function createOrderStreams(shop: Shop): OrderStreams {
  const audiences = new Map<string, Audience>()
  const leave = shop.store.subscribe((topic, orderId) => {
    if (topic === 'order' && audiences.has(orderId)) background(() => lookSoon(orderId))
  })
  const ping = setInterval(() => eachPage((page) => page.write(': still here\n\n')), PING_MS)
  const looking = setInterval(() => background(lookAtAll), LOOK_MS)

  function eachPage(act: (page: ServerResponse) => void): void {
    for (const { pages } of audiences.values()) for (const page of pages) act(page)
  }

  async function lookAtAll(): Promise<void> {
    const ids = [...audiences.keys()]
    for (let from = 0; from < ids.length; from += LOOK_SIZE) await look(ids.slice(from, from + LOOK_SIZE))
  }

  /** Tells the pages of those orders that changed. */
  async function look(orderIds: readonly string[]): Promise<void> {
    for (const change of await readChanges(shop, orderIds)) {
      const audience = audiences.get(change.id)
      const version = versionOf(change)
      if (!audience || audience.told === version) continue
      audience.told = version
      const line = lineOf(shop, change)
      for (const page of audience.pages) tell(page, line)
    }
  }

  const lookSoon = gather<string, undefined>(async (orderIds) => {
    await look(orderIds)
    return NOTHING
  }, LOOK_SIZE)

  function join(orderId: string, page: ServerResponse): void {
    const audience = audiences.get(orderId) ?? { pages: new Set(), told: '' }
    if (audience.pages.size >= MAX_PER_ORDER) fail('too_many_requests')
    audience.pages.add(page)
    audiences.set(orderId, audience)
    page.once('close', () => {
      audience.pages.delete(page)
      if (audience.pages.size === 0 && audiences.get(orderId) === audience) audiences.delete(orderId)
    })
  }

  function background(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => shop.log.warn({ err: error }, 'open pages could not be told'))
  }

  return {
    async open(ctx, orderId) {
      if (ctx.method !== 'GET') fail('method_not_allowed') // HEAD comes here too, and would never end
      await getOrderWithOthers(shop, orderId) // refuses while an ordinary answer is still possible
      join(orderId, ctx.res)
      ctx.req.socket.setTimeout(0)
      beginAnswer(ctx, 200, STREAM_HEADERS)
      try {
        const [now] = await readChanges(shop, [orderId]) // after joining, so that no change falls between
        if (now) tell(ctx.res, lineOf(shop, now))
      } catch (error) {
        shop.log.warn({ err: error }, 'a stream ended before it began')
        ctx.res.destroy()
      }
    },
    close() {
      clearInterval(ping)
      clearInterval(looking)
      leave()
      eachPage((page) => page.end())
    },
  }
}

/** Who does not read any more is let go. */
function tell(page: ServerResponse, line: string): void {
  if (page.writableLength > MAX_WAITING_BYTES) page.destroy()
  else page.write(line)
}

type Change = Awaited<ReturnType<typeof listOrderStates>>[number] & { readonly mail: MailState }

async function readChanges(shop: Shop, orderIds: readonly string[]): Promise<Change[]> {
  const orders = await listOrderStates(shop, orderIds)
  const delivered = orders.filter((order) => order.state === 'delivered').map((order) => order.id)
  const mails = await readMailStates(shop, delivered)
  return orders.map((order) => ({ ...order, mail: mails.get(order.id)?.state ?? 'none' }))
}

function versionOf(change: Change): string {
  return JSON.stringify(change)
}

function lineOf(shop: Shop, { state, channel, expires_at, mail }: Change): string {
  const data = { state, channel, expiresAt: expires_at, mail, serverTime: shop.now() }
  return `event: order\ndata: ${JSON.stringify(data)}\n\n`
}
