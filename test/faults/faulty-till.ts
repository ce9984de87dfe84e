/** The built till with a second hand on it: preload.js does what a test orders, the program itself is as it ships. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFolder } from '../support/engines.ts'
import { startTill, type Till } from '../support/process.ts'

const PRELOAD = new URL('preload.js', import.meta.url).href

/** Where the program ends: before or after the n-th statement, or step of the spool, that fits. */
export interface KillPoint {
  readonly where: 'sql' | 'spool'
  /** Pattern of the statement, or the name of the step: write, sync, truncate, rename, unlink. */
  readonly text: string
  /** Pattern of an earlier statement of the same transaction. */
  readonly within?: string
  /** `sent`: it left and its answer was not waited for. `half`: only one half of the bytes was written. */
  readonly when: 'before' | 'half' | 'sent' | 'after'
  readonly nth: number
}

export interface Orders {
  readonly kill?: KillPoint
  /** Turns the till's own clock so far from what it truly is. */
  readonly clockMs?: number
  /** No transaction begins after so many payments more: as on a full disk, or without a connection. */
  readonly refuseAfter?: number
}

export interface FaultyTill extends Till {
  /** In place of what was ordered before. */
  give(orders: Orders): Promise<void>
  readonly spoolPath: string
}

/** @param first what is ordered from the very start. */
export async function startFaultyTill(env: Record<string, string>, first?: Orders): Promise<FaultyTill> {
  const DATA_DIR = env.DATA_DIR ?? (await newFolder())
  const orders = join(DATA_DIR, 'fault-orders.json')
  if (first) await writeFile(orders, JSON.stringify(first))
  else await rm(orders, { force: true })
  const preloaded = { NODE_OPTIONS: `--import ${PRELOAD}`, FAULT_ORDERS: orders }
  const till = await startTill({ ...env, ...preloaded, DATA_DIR })
  return {
    ...till,
    spoolPath: join(DATA_DIR, `spool-${till.pid}.jsonl`),
    async give(wanted) {
      await writeFile(orders, JSON.stringify(wanted))
      await sleep(20) // longer than the till takes to look again
    },
  }
}
