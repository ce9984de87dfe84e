import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again. @throws Error naming what was waited for. @returns what the question found. */
export async function until<T>(
  question: () => T | Promise<T>,
  what: string,
  timeoutMs = 15_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const found = await question()
    if (found !== undefined && found !== null && found !== false)
      return found as Exclude<T, undefined | null | false>
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`)
    await sleep(25)
  }
}
