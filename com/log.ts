import { pino } from 'pino'
import type { DestinationStream } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

type Line = (fields: Readonly<Record<string, unknown>>, sentence: string) => void

export interface Log {
  debug: Line
  info: Line
  warn: Line
  error: Line
}

/** The one list of what no line may carry, by the name of the field or of the parameter inside a text. */
const SECRET_NAME =
  /pass(?:word|wd|code)?$|^pwd$|secret|sign(?:ature|\d)?$|^sgin$|token|cookie|authorization|api_?key|^key$/i
const PARAMETER_NAME =
  /sign(?:ature|\d)?|sgin|pass(?:word|wd|code)?|pwd|authorization|[\w.-]{0,40}(?:key|token|secret)/.source
/** Also in an address that is itself a parameter, where `&`, `=` and what they bound are escaped. */
const SECRET_PARAMETER = new RegExp(
  [
    /(?:(?<![a-z\d])|(?<=%(?:25){0,8}[\da-f]{2}))/.source,
    `(${PARAMETER_NAME})`,
    /(=|%(?:25){0,8}3d)(?:[^&\s"'%]|%(?!(?:25){0,8}26))+/.source,
  ].join(''),
  'gi',
)
const AUTHORIZATION = /(authorization["']?:\s*["']?(?:\w+\s+)?)[^\s"',]+/gi
const URL_PASSWORD = /(\w:\/\/)[^\s/@]+@/g
const EMAIL = /[\w.+-]{1,64}@(?=[\w-]+(?:\.[\w-]+)+)/g
const HIDDEN = '[hidden]'
const DEPTH = 6

/** Lines as JSON with UTC time; line breaks inside a value are escaped. Secrets are hidden, e-mails shortened. */
export function createLog(level: LogLevel, to: DestinationStream = standardOutput()): Log {
  const lines = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => error }, // redact has already made it plain
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields, DEPTH) as Record<string, unknown>,
      },
    },
    to,
  )
  return {
    debug: (fields, sentence) => lines.debug(fields, redactText(sentence)),
    info: (fields, sentence) => lines.info(fields, redactText(sentence)),
    warn: (fields, sentence) => lines.warn(fields, redactText(sentence)),
    error: (fields, sentence) => lines.error(fields, redactText(sentence)),
  }
}

/** Synchronous, so that the last line before a crash is there. */
function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true })
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return '[deeper]'
  if (value instanceof Error) return redactError(value, depth)
  if (value instanceof Date) return value
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`
  if (Array.isArray(value)) return value.map((item) => redact(item, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) && inner !== null && inner !== undefined ? HIDDEN : redact(inner, depth - 1),
    ]),
  )
}

/** Of an error's own fields only the code: drivers hang statements and parameters on theirs. */
function redactError(error: Error, depth: number): unknown {
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(error.cause !== undefined && { cause: redact(error.cause, depth - 1) }),
  }
}

function redactText(text: string): string {
  return text
    .replace(URL_PASSWORD, '$1***@')
    .replace(SECRET_PARAMETER, '$1$2***')
    .replace(AUTHORIZATION, '$1***')
    .replace(EMAIL, (local) => `${local[0]}***@`)
}
