/**
 * A request that is shown in several languages. Without an Idempotency-Key: a value that several samples share would
 * answer the second of them with `idempotency_mismatch`, and each one sent again with its own first answer.
 */
export interface SampleRequest {
  readonly method: string
  readonly url: string
  readonly key: string
  readonly body?: unknown
}

export function headersOf({ key, body }: SampleRequest): [string, string][] {
  return [
    ['Authorization', `Bearer ${key}`],
    ...(body !== undefined ? ([['Content-Type', 'application/json']] as [string, string][]) : []),
  ]
}
