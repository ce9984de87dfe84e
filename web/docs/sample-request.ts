/** A request that is shown in several languages. */
export interface SampleRequest {
  readonly method: string
  readonly url: string
  readonly key: string
  /** Undefined: none is sent. */
  readonly idempotencyKey?: string | undefined
  readonly body?: unknown
}

export function headersOf({ key, idempotencyKey, body }: SampleRequest): [string, string][] {
  return [
    ['Authorization', `Bearer ${key}`],
    ...(idempotencyKey ? ([['Idempotency-Key', idempotencyKey]] as [string, string][]) : []),
    ...(body !== undefined ? ([['Content-Type', 'application/json']] as [string, string][]) : []),
  ]
}
