/** A loop that works, waits, and can be woken or stopped while it waits. */

export interface Loop {
  /** Works again at once, or right after what it does now. */
  wake(): void
  /** Lets the work under way finish. */
  stop(): Promise<void>
}

/** @param work answers how many milliseconds to wait before the next time. */
export function startLoop(work: () => Promise<number>): Loop {
  let stopped = false
  let woken = false
  let interrupt = () => undefined as void
  async function turn(): Promise<void> {
    while (!stopped) {
      woken = false
      const pause = await work()
      if (stopped || woken) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause)
        interrupt = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const ended = turn()
  return {
    wake() {
      woken = true
      interrupt()
    },
    async stop() {
      stopped = true
      interrupt()
      await ended
    },
  }
}

/** Milliseconds until the next attempt: doubling from `firstMs` to `longestMs`, a fifth up or down. */
export function backOff(attempts: number, firstMs: number, longestMs: number): number {
  const pause = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 20))
  return pause * (0.8 + 0.4 * Math.random())
}
