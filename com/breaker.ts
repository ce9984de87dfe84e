export interface Breaker {
  /** Runs call while the other side is up. @returns undefined when it is down or the call failed. */
  run<T extends object | string | number>(call: () => Promise<T>): Promise<T | undefined>
  /** To be told when the connection comes and goes. */
  setUp(up: boolean, cause?: unknown): void
  /** Nothing is tried or told after it. */
  close(): void
}

export interface BreakerOptions {
  /** Resolves when the other side does its work again. Must end by itself. */
  probe: () => Promise<unknown>
  /** Called once per change. */
  onChange: (up: boolean, cause: unknown) => void
}

const FAILURES_IN_A_ROW = 3
const PROBE_EVERY_MS = 1_000

/** Spares callers the wait for a server that no longer answers: it is left alone until a probe succeeds. */
export function createBreaker({ probe, onChange }: BreakerOptions): Breaker {
  let up = false
  let failures = 0
  let probing: NodeJS.Timeout | undefined
  let closed = false

  function change(next: boolean, cause?: unknown): void {
    failures = 0
    clearTimeout(probing)
    if (up === next || closed) return
    up = next
    onChange(next, cause)
  }

  function probeLater(): void {
    clearTimeout(probing)
    if (closed) return
    probing = setTimeout(() => void probe().then(() => change(true), probeLater), PROBE_EVERY_MS)
    probing.unref()
  }

  return {
    async run(call) {
      if (!up || closed) return undefined
      try {
        const result = await call()
        failures = 0
        return result
      } catch (cause) {
        failures += 1
        if (up && failures >= FAILURES_IN_A_ROW) {
          change(false, cause)
          probeLater()
        }
        return undefined
      }
    },
    setUp: change,
    close() {
      closed = true
      clearTimeout(probing)
    },
  }
}
