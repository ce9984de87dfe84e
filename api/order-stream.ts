/** Server-sent events: tells an open page that its order changed; the page then asks for the order itself. */
import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import { fail } from '../core/errors.ts'
import { getOrder } from '../core/orders.ts'
import type { Shop } from '../core/shop.ts'

const PING_MS = 20_000
const MAX_WAITING_BYTES = 64 * 1024
const MAX_PER_ORDER = 20

export interface OrderStreams {
  /** Answers the request with a stream of its order's states. */
  open(ctx: Context, orderId: string): Promise<void>
  /** Ends every stream; browsers come back by themselves. */
  close(): void
}

export function createOrderStreams(shop: Shop): OrderStreams {
  const pages = new Map<string, Set<ServerResponse>>()
  const leave = shop.store.subscribe((topic, orderId) => {
    const open = topic === 'order' && pages.get(orderId)
    if (open) void tellAll(orderId, open)
  })
  const ping = setInterval(() => forEach((page) => page.write(': still here\n\n')), PING_MS)
  ping.unref()

  function forEach(act: (page: ServerResponse) => void): void {
    for (const set of pages.values()) for (const page of set) act(page)
  }

  /** One reading of the order serves all of its pages. */
  async function tellAll(orderId: string, open: ReadonlySet<ServerResponse>): Promise<void> {
    try {
      const line = await readLine(shop, orderId)
      for (const page of open) {
        if (page.writableLength > MAX_WAITING_BYTES) page.destroy()
        else page.write(line)
      }
    } catch (error) {
      shop.log.warn({ orderId, err: error }, 'open pages could not be told; they will ask by themselves')
    }
  }

  function join(orderId: string, page: ServerResponse): void {
    const set = pages.get(orderId) ?? new Set()
    if (set.size >= MAX_PER_ORDER) fail('too_many_requests')
    pages.set(orderId, set.add(page))
    page.once('close', () => {
      set.delete(page)
      if (set.size === 0 && pages.get(orderId) === set) pages.delete(orderId)
    })
  }

  return {
    async open(ctx, orderId) {
      await getOrder(shop, orderId) // refuses while an ordinary answer is still possible
      join(orderId, ctx.res)
      ctx.respond = false
      ctx.req.socket.setTimeout(0)
      ctx.res.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      })
      try {
        ctx.res.write(await readLine(shop, orderId)) // after joining, so that no change falls between
      } catch (error) {
        shop.log.warn({ orderId, err: error }, 'a stream ended before it began')
        ctx.res.destroy()
      }
    },
    close() {
      clearInterval(ping)
      leave()
      forEach((page) => page.end())
    },
  }
}

async function readLine(shop: Shop, orderId: string): Promise<string> {
  const order = await getOrder(shop, orderId)
  const change = {
    state: order.state,
    channel: order.channel,
    expiresAt: order.expires_at,
    serverTime: shop.now(),
  }
  return `event: order\ndata: ${JSON.stringify(change)}\n\n`
}
