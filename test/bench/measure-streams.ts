/** Open pages: what each costs, and how soon it learns that money came. */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import type { Figure } from './figures.ts'
import { openLines, openSocket, requestText, type Line } from './http-line.ts'
import { latencies, quantile, rateOf } from './load.ts'
import { pushMoney } from './measure-notices.ts'
import type { Server } from './servers.ts'
import type { LaidOrder } from './stand.ts'

const PACE = 100
const PHONES = 32
const OPENED_AT_ONCE = 100
/** Notices before any that count. */
const WARMING = 1_000

type Push = (line: Line, order: LaidOrder | undefined) => Promise<unknown>

export async function measureStreams(bench: Bench): Promise<Figure[]> {
  const { size, stand, till, baseline, secret } = bench
  const push: Push = (line, order) => pushMoney(line, order, secret)
  const pushRaw: Push = (line, order) => line.ask(requestText('GET', `/push/${order?.id ?? ''}`))
  const raw = 'Koa writes to the stream at once'

  const first = await stand.layOrders(size.manyStreams)
  const [each, eachRaw] = [
    await filled(bench, till, first, push),
    await filled(bench, baseline, first, pushRaw),
  ]
  await stand.dropJobs()
  const some = await stand.layOrders(size.streams)
  const [slow, slowRaw] = [await paced(bench, till, some, push), await paced(bench, baseline, some, pushRaw)]
  await stand.dropJobs()
  const all = await stand.layOrders(size.manyStreams)
  const [many, manyRaw] = [
    await crowded(bench, till, all, push),
    await crowded(bench, baseline, all, pushRaw),
  ]
  await stand.dropJobs()

  const [few, lots] = [size.streams, size.manyStreams].map((count) => count.toLocaleString('en'))
  return [
    {
      title: `notice to changed page, p99 at ${PACE}/s with ${few} open pages`,
      unit: 'ms',
      value: quantile(0.99, slow),
      raw: { title: raw, value: quantile(0.99, slowRaw) },
      limit: 200,
    },
    {
      title: `memory of each of ${lots} open pages`,
      unit: 'kB',
      value: each,
      raw: { title: 'a stream from Koa', value: eachRaw },
      limit: 25,
    },
    {
      title: `notice to changed page, the slowest at ${PACE}/s with ${lots} open pages`,
      unit: 'ms',
      value: many.slowest,
      raw: { title: raw, value: manyRaw.slowest },
      limit: 1_000,
    },
    {
      title: `${lots} open pages told, each of a notice of its own, as fast as notices go`,
      unit: '/s',
      value: many.rate,
      raw: { title: raw, value: manyRaw.rate },
    },
  ]
}

/**
 * Opens pages of a server that has done nothing else yet, and tells some of them: its first notices do not count.
 *
 * @returns kilobytes for each page but the first ones, whose memory is for the most part the server's own growth.
 */
async function filled({ size }: Bench, server: Server, orders: readonly LaidOrder[], push: Push) {
  const first = await openPages(server.url, orders.slice(0, size.streams))
  await sleep(size.settleMs)
  const before = server.memory()
  const pages = await openPages(server.url, orders.slice(size.streams))
  await sleep(size.settleMs)
  const lines = await openLines(server.url, PHONES) // not sooner: the server ends what asks for nothing
  const kilobytes = ((server.memory() - before) * 1024) / pages.length
  await rateOf(Math.min(WARMING, orders.length), lines, (line, turn) => push(line, orders[turn]))
  close([...first, ...pages], lines)
  await sleep(size.settleMs)
  return kilobytes
}

/** @returns milliseconds from the moment that a notice was due to the one that its page was told. */
async function paced(
  bench: Bench,
  server: Server,
  orders: readonly LaidOrder[],
  push: Push,
): Promise<number[]> {
  const pages = await openPages(server.url, orders)
  const lines = await openLines(server.url, PHONES)
  const took = await atPace(bench.size.paceMs, orders, pages, lines, push)
  close(pages, lines)
  return took
}

async function atPace(
  paceMs: number,
  orders: readonly LaidOrder[],
  pages: readonly Page[],
  lines: readonly Line[],
  push: Push,
): Promise<number[]> {
  const took: Promise<number>[] = []
  const ms = Math.min(paceMs, (orders.length * 1000) / PACE)
  await latencies(PACE, ms, lines, async (line, turn, dueAt) => {
    took.push((pages[turn] as Page).told.then((at) => at - dueAt))
    await push(line, orders[turn])
  })
  return Promise.all(took)
}

/** With many pages open: some of the notices at a pace, then one for every other page as fast as they go. */
async function crowded({ size }: Bench, server: Server, orders: readonly LaidOrder[], push: Push) {
  const pages = await openPages(server.url, orders)
  const lines = await openLines(server.url, PHONES)
  const took = await atPace(
    Math.min(size.paceMs, (orders.length * 1000) / PACE / 2),
    orders,
    pages,
    lines,
    push,
  )
  const begun = performance.now()
  const rest = orders.slice(took.length)
  await rateOf(rest.length, lines, (line, turn) => push(line, rest[turn]))
  const last = Math.max(...(await Promise.all(pages.map((page) => page.told))))
  close(pages, lines)
  await sleep(size.settleMs)
  return { slowest: Math.max(...took), rate: (rest.length * 1000) / (last - begun) }
}

interface Page {
  /** The moment, by performance.now(), at which the order was seen delivered. */
  readonly told: Promise<number>
  readonly socket: Socket
}

async function openPages(url: string, orders: readonly LaidOrder[]): Promise<Page[]> {
  const pages: Page[] = []
  for (let from = 0; from < orders.length; from += OPENED_AT_ONCE)
    pages.push(
      ...(await Promise.all(orders.slice(from, from + OPENED_AT_ONCE).map((one) => openPage(url, one)))),
    )
  return pages
}

/** Resolves once the stream has said how the order stands. */
async function openPage(url: string, { id }: LaidOrder): Promise<Page> {
  const socket = await openSocket(url)
  let opened: () => void = () => undefined
  let tell: (at: number) => void = () => undefined
  const open = new Promise<void>((resolve, reject) => {
    opened = resolve
    socket.once('close', () => reject(new Error('A stream ended before it began')))
  })
  const told = new Promise<number>((resolve) => (tell = resolve))
  socket.on('data', (part: string) => {
    if (part.includes('"state":"delivered"')) tell(performance.now())
    else if (part.includes('event: order')) opened()
  })
  socket.on('error', () => undefined) // closing follows
  socket.write(requestText('GET', `/api/orders/${id}/events`))
  await open
  return { told, socket }
}

function close(pages: readonly Page[], lines: readonly Line[]): void {
  for (const { socket } of pages) socket.destroy()
  for (const line of lines) line.close()
}
