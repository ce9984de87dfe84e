/** The one client of the API, typed by the contract. */
import axios, { isAxiosError } from 'axios'
import type * as z from 'zod/mini'
import type { Operation } from '../api/contract/operation.ts'
import type { RefusalCode, RefusalDetails } from '../core/errors.ts'
import { locale } from './locales/locale.ts'

/** A refusal of the server, its fault (`fault`), or no connection (`offline`). The message is for the reader. */
export class ApiError extends Error {
  readonly code: RefusalCode | 'fault' | 'offline'
  readonly details: RefusalDetails

  constructor(code: ApiError['code'], message: string, details: RefusalDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

type Schema = z.ZodMiniType

/** What a call needs: `params`, `query` and `body` where the operation declares them, and the headers of its audience. */
export interface Call<P extends Schema, Q extends Schema, B extends Schema> {
  params?: z.output<P>
  query?: z.output<Q>
  body?: z.output<B> | Blob
  buyerToken?: string | undefined
  csrfToken?: string | undefined
  /** For what takes longer than an ordinary answer. */
  timeoutMs?: number
}

const client = axios.create()

const TIMEOUT_MS = 20_000

/** @throws ApiError */
export async function call<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  operation: Operation<P, Q, B, R>,
  request: Call<P, Q, B> = {},
): Promise<z.output<R>> {
  try {
    const answer = await client.request({
      method: operation.method,
      timeout: request.timeoutMs ?? TIMEOUT_MS,
      url: fillPath(operation.path, request.params as Record<string, string> | undefined),
      ...(request.query !== undefined && { params: request.query }),
      ...(operation.method !== 'GET' && { data: request.body ?? {} }),
      headers: {
        'Accept-Language': locale.value,
        ...(request.buyerToken && { 'X-Buyer-Token': request.buyerToken }),
        ...(request.csrfToken && { 'X-CSRF-Token': request.csrfToken }),
        ...(request.body instanceof Blob && { 'Content-Type': request.body.type }),
      },
    })
    return answer.data as z.output<R>
  } catch (cause) {
    throw readError(cause)
  }
}

function fillPath(path: string, params: Record<string, string> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function readError(cause: unknown): ApiError {
  const error = isAxiosError(cause) ? cause.response?.data?.error : undefined
  if (error?.code) return new ApiError(error.code, error.message, error.details)
  if (isAxiosError(cause) && cause.response) return new ApiError('fault', OFFLINE[locale.value].fault)
  return new ApiError('offline', OFFLINE[locale.value].offline)
}

/** The only sentences that the server cannot send. */
const OFFLINE = {
  'zh-CN': { offline: '网络已断开，请检查网络后重试。', fault: '服务器出错了，请稍后重试。' },
  en: {
    offline: 'No connection. Check the network and try again.',
    fault: 'The server failed. Try again shortly.',
  },
} as const
