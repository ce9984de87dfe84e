/** All measurements of one engine, with few past orders and with many. */
import type { Bench, Size } from './bench.ts'
import type { Figure, Session } from './figures.ts'
import { measureNotices } from './measure-notices.ts'
import { measurePlacing } from './measure-placing.ts'
import { measureRefusals } from './measure-refusals.ts'
import { measureStatus } from './measure-status.ts'
import { measureStreams } from './measure-streams.ts'
import { growPast } from './past.ts'
import { startBaseline, startTill } from './servers.ts'
import { settle } from './settle.ts'
import { openStand } from './stand.ts'

const FEW = 1_000
export interface Course {
  readonly engine: string
  readonly databaseUrl: string
  /** Several processes share Redis; alone on the embedded engine a till has none. */
  readonly withRedis: boolean
  readonly size: Size
  /** Past orders. */
  readonly many: number
  /** Part of a measurement's name; all of them when it is undefined. */
  readonly only: string | undefined
  readonly folder: string
  readonly secret: string
  readonly redisUrl: string
  readonly smtpUrl: string
}

export async function measureEngine(course: Course): Promise<Session[]> {
  const { engine, databaseUrl, secret, size, many } = course
  const stand = await openStand(databaseUrl, secret, size)
  const sessions: Session[] = []
  try {
    for (const past of [FEW, many]) {
      const begun = performance.now()
      await growPast(stand, databaseUrl, past)
      say(`${engine}: ${past.toLocaleString('en')} past orders laid in ${seconds(begun)} s`)
      const laid = performance.now()
      const backlog = await settle(stand.shop.database.engine, databaseUrl)
      say(`  settled in ${seconds(laid)} s: ${backlog}`)
      sessions.push({ engine, past, figures: await measureAll(course, stand) })
    }
    return sessions
  } finally {
    await stand.close()
  }
}

/** Open pages come first: what they take shows best in servers that have not yet grown by other work. */
const MEASUREMENTS = { measureStreams, measureStatus, measurePlacing, measureRefusals, measureNotices }

async function measureAll(course: Course, stand: Bench['stand']): Promise<Figure[]> {
  const { size, databaseUrl, redisUrl, secret } = course
  const till = await startTill(course.folder, environment(course, course.withRedis))
  const tillWithoutRedis = course.withRedis
    ? await startTill(course.folder, environment(course, false))
    : till
  const baseline = await startBaseline()
  const bench: Bench = { size, stand, databaseUrl, redisUrl, secret, till, tillWithoutRedis, baseline }
  try {
    const before = { till: till.memory(), baseline: baseline.memory() }
    const figures: Figure[] = []
    for (const [name, measure] of Object.entries(MEASUREMENTS)) {
      if (course.only && !name.includes(course.only)) continue
      const begun = performance.now()
      figures.push(...(await measure(bench)))
      say(`  ${name} in ${seconds(begun)} s`)
    }
    return [...figures, ...memoryFigures(before, { till: till.memory(), baseline: baseline.memory() })]
  } finally {
    await Promise.all([till.stop(), tillWithoutRedis.stop(), baseline.stop()])
  }
}

type Memory = { readonly till: number; readonly baseline: number }

function memoryFigures(before: Memory, after: Memory): Figure[] {
  const figure = (title: string, { till, baseline }: Memory): Figure => ({
    title,
    unit: 'MB',
    value: till,
    raw: { title: 'Koa and its router', value: baseline },
  })
  return [figure('memory after the start', before), figure('memory after all of the above', after)]
}

/** Everything as it comes, but for orders that do not expire meanwhile; buyers' addresses come from a proxy. */
function environment(course: Course, withRedis: boolean): Record<string, string> {
  return {
    DATABASE_URL: course.databaseUrl,
    LISTENER_SECRET: course.secret,
    SMTP_URL: course.smtpUrl,
    MAIL_FROM: 'shop@example.com',
    TRUST_PROXY: '1',
    ORDER_TTL_S: '86400',
    ...(withRedis && { REDIS_URL: course.redisUrl }),
  }
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
