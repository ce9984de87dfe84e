/** The raw limit of the HTTP side: Koa and the same router, one constant answer, one stream of events, no shop. */
import { createServer, type ServerResponse } from 'node:http'
import Koa from 'koa'
import Router from 'koa-router'

const [, , port, constant = '{}'] = process.argv
const answer: unknown = JSON.parse(constant)
const pages = new Map<string, ServerResponse>()
const router = new Router()

router.get('/api/orders/:id', (ctx) => {
  ctx.body = answer
})

router.get('/api/orders/:id/events', (ctx) => {
  const id = String(ctx.params.id)
  pages.set(id, ctx.res)
  ctx.res.once('close', () => pages.delete(id))
  ctx.respond = false
  ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  tell(ctx.res, 'pending')
})

router.get('/push/:id', (ctx) => {
  const page = pages.get(String(ctx.params.id))
  if (page) tell(page, 'delivered')
  ctx.body = { ok: true }
})

function tell(page: ServerResponse, state: string): void {
  page.write(`event: order\ndata: ${JSON.stringify({ state })}\n\n`)
}

/** Connections outlive pauses between rounds, as the till's do. */
const LIMITS = { keepAliveTimeout: 75_000 }

createServer(LIMITS, new Koa().use(router.routes()).callback()).listen(Number(port), '127.0.0.1')
