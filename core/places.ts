/** A few works side by side. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Places {
  /** @returns how many are free, at least one: waits for that, and then a little for others, while all are taken. */
  free(): Promise<number>
  /** Takes one for as long as the work lasts. What it throws keeps no other work from a place. */
  take(work: Promise<void>): void
  /** Waits for all that is under way. @throws what the first work threw that failed. */
  end(): Promise<void>
}

/** @param gatherMs longer than works that began together are apart at their end: the next ones then begin together too. */
export function openPlaces(count: number, gatherMs: number): Places {
  const underWay = new Set<Promise<void>>()
  const faults: unknown[] = []
  return {
    async free() {
      if (underWay.size === count) {
        await Promise.race(underWay)
        await Promise.race([Promise.all(underWay), sleep(gatherMs)])
      }
      return count - underWay.size
    },
    take(work) {
      const taken = work
        .catch((fault: unknown) => void faults.push(fault))
        .finally(() => underWay.delete(taken))
      underWay.add(taken)
    },
    async end() {
      await Promise.all(underWay)
      if (faults.length > 0) throw faults[0]
    },
  }
}
