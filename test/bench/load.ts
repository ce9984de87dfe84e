/** Work in rounds: as fast as it goes, or at a given pace. */
import { setTimeout as sleep } from 'node:timers/promises'

/** What one worker does; `turn` counts from 0 over all workers. */
export type Act<W> = (worker: W, turn: number) => Promise<unknown>

/** Every worker acts again and again. @returns acts per second. */
export async function rateWithin<W>(ms: number, workers: readonly W[], act: Act<W>): Promise<number> {
  const end = performance.now() + ms
  return rate(workers, act, () => performance.now() < end)
}

/** The workers share `count` acts. @returns acts per second. */
export async function rateOf<W>(count: number, workers: readonly W[], act: Act<W>): Promise<number> {
  return rate(workers, act, (turn) => turn < count)
}

async function rate<W>(
  workers: readonly W[],
  act: Act<W>,
  goesOn: (turn: number) => boolean,
): Promise<number> {
  const begun = performance.now()
  let turn = 0
  let done = 0
  await Promise.all(
    workers.map(async (worker) => {
      while (goesOn(turn)) {
        await act(worker, turn++)
        done += 1
      }
    }),
  )
  return (done * 1000) / (performance.now() - begun)
}

/**
 * Begins `perSecond` acts a second for as long as `ms`, whether or not earlier ones are done; a worker does one
 * at a time.
 *
 * @returns milliseconds of each act from the moment it was due, waiting for a worker included, ascending.
 */
export async function latencies<W>(
  perSecond: number,
  ms: number,
  workers: readonly W[],
  act: (worker: W, turn: number, dueAt: number) => Promise<unknown>,
): Promise<number[]> {
  const idle = [...workers]
  const wanting: ((worker: W) => void)[] = []
  const took: number[] = []
  const begun = performance.now()
  const count = Math.round((perSecond * ms) / 1000)

  async function one(turn: number, dueAt: number): Promise<void> {
    const worker = idle.pop() ?? (await new Promise<W>((resolve) => wanting.push(resolve)))
    await act(worker, turn, dueAt)
    took.push(performance.now() - dueAt)
    const next = wanting.shift()
    if (next) next(worker)
    else idle.push(worker)
  }

  const all = []
  for (let turn = 0; turn < count; turn += 1) {
    const dueAt = begun + (turn * 1000) / perSecond
    const early = dueAt - performance.now()
    if (early > 0) await sleep(early)
    all.push(one(turn, dueAt))
  }
  await Promise.all(all)
  return took.sort((a, b) => a - b)
}

/**
 * Runs each of the measurements once per round, in turn, so that all meet the same moments of the machine; the
 * first rounds only warm up.
 */
export async function medians<Name extends string>(
  { rounds, uncounted }: { readonly rounds: number; readonly uncounted: number },
  measurements: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(measurements) as Name[]
  const seen = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < uncounted + rounds; round += 1)
    for (const name of names) seen.get(name)?.push(await measurements[name]())
  const median = (name: Name) => quantile(0.5, seen.get(name)?.slice(uncounted) ?? [])
  return Object.fromEntries(names.map((name) => [name, median(name)])) as Record<Name, number>
}

/** @param share 0.5 for the median, 0.99 for what one in a hundred exceeds. */
export function quantile(share: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
