import { join } from 'node:path'
import { z } from 'zod'
import type { LogLevel } from './log.ts'
import { VARIABLES } from './environment.ts'
import type { VariableName } from './environment.ts'

/** Durations in milliseconds. What is undefined is decided elsewhere: by the console's settings or at start. */
export interface Config {
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** Without a slash at its end. */
  readonly publicUrl?: string | undefined
  readonly databaseUrl: string
  readonly redisUrl?: string | undefined
  readonly smtpUrl?: string | undefined
  readonly mailFrom?: string | undefined
  readonly dataDir: string
  readonly listenerSecret?: string | undefined
  readonly adminPassword?: string | undefined
  /** How many proxies in front are our own. */
  readonly trustProxy: number
  readonly orderTtlMs?: number | undefined
  readonly lateAcceptMs?: number | undefined
  readonly slotHoldMs?: number | undefined
  readonly slotCoolMs?: number | undefined
  readonly slotRestMs?: number | undefined
  /** Cents below the list price. */
  readonly slotDepth?: number | undefined
  readonly startupGraceMs?: number | undefined
  readonly orderLimits?: OrderLimits | undefined
  readonly badSignLimit: BadSignLimit
  /** Gaps between attempts; the first one is before the first attempt. */
  readonly mailScheduleMs: readonly number[]
  /** As mailScheduleMs. */
  readonly callbackScheduleMs: readonly number[]
  /** `host:port` that callbacks may reach wherever they lead, spelled as in a called address. */
  readonly callbackAllow: readonly string[]
  readonly logLevel: LogLevel
}

/** `perAddress` 0 and `openOrders` 0 are no limit. */
export interface OrderLimits {
  readonly perAddress: number
  readonly windowMs: number
  readonly openOrders: number
}

/** `limit` 0 is no limit. */
export interface BadSignLimit {
  readonly limit: number
  readonly windowMs: number
}

export interface Setting {
  readonly name: VariableName
  readonly example: string
  readonly default: string
  readonly en: string
  readonly zh: string
}

const NAMES = Object.keys(VARIABLES) as VariableName[]

/** What each variable means, for the documents. */
export const SETTINGS: readonly Setting[] = NAMES.map((name) => {
  const { example, default: fallback, en, zh } = VARIABLES[name]
  return { name, example, default: fallback, en, zh }
})

type Shape = { [Name in VariableName]: (typeof VARIABLES)[Name]['type'] }
const Environment = z.object(Object.fromEntries(NAMES.map((name) => [name, VARIABLES[name].type])) as Shape)

/**
 * Reads the environment once, at start. An empty variable counts as not set.
 *
 * @throws Error naming every wrong variable at once with its rule, never with its value.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const result = Environment.safeParse(
    Object.fromEntries(NAMES.map((name) => [name, env[name] || undefined])),
  )
  if (!result.success) throw new Error(`The configuration cannot be used:\n${complaints(result.error)}`)
  const read = result.data
  return Object.freeze({
    port: read.PORT,
    host: read.HOST,
    publicUrl: read.PUBLIC_URL,
    databaseUrl: read.DATABASE_URL ?? `sqlite:${join(read.DATA_DIR, 'shop.db')}`,
    redisUrl: read.REDIS_URL,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    dataDir: read.DATA_DIR,
    listenerSecret: read.LISTENER_SECRET,
    adminPassword: read.ADMIN_PASSWORD,
    trustProxy: read.TRUST_PROXY,
    orderTtlMs: read.ORDER_TTL_S,
    lateAcceptMs: read.LATE_ACCEPT_S,
    slotHoldMs: read.SLOT_HOLD_S,
    slotCoolMs: read.SLOT_COOL_S,
    slotRestMs: read.SLOT_REST_S,
    slotDepth: read.SLOT_DEPTH,
    startupGraceMs: read.STARTUP_GRACE_S,
    orderLimits: read.ORDER_LIMITS && Object.freeze(read.ORDER_LIMITS),
    badSignLimit: Object.freeze(read.BAD_SIGN_LIMIT),
    mailScheduleMs: Object.freeze(read.MAIL_SCHEDULE_S),
    callbackScheduleMs: Object.freeze(read.CALLBACK_SCHEDULE_S),
    callbackAllow: Object.freeze(read.CALLBACK_ALLOW),
    logLevel: read.LOG_LEVEL,
  })
}

/** One line per wrong variable. Every rule is a fixed text, so no value can be among them. */
function complaints(error: z.ZodError): string {
  const rules = new Map(error.issues.map((issue) => [issue.path.join('.'), issue.message]))
  return Array.from(rules, ([name, rule]) => `  ${name}: ${rule}`).join('\n')
}
