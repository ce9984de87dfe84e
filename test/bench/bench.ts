/** What every measurement gets. */
import type { Server } from './servers.ts'
import type { Stand } from './stand.ts'

export interface Bench {
  readonly size: Size
  readonly stand: Stand
  readonly databaseUrl: string
  readonly redisUrl: string
  /** Of the listener. */
  readonly secret: string
  readonly till: Server
  /** The same server where the engine goes without Redis. */
  readonly tillWithoutRedis: Server
  readonly baseline: Server
}

export interface Size {
  readonly rounds: number
  /** Before those that count: a server's first thousands of requests are slower than all that follow. */
  readonly uncounted: number
  readonly roundMs: number
  /** Products with free amounts, and with none. */
  readonly room: number
  readonly full: number
  /** Orders and payments whose statements are written down and said again. */
  readonly scripts: number
  /** Notices of one round. */
  readonly pushes: number
  readonly paceMs: number
  readonly streams: number
  readonly manyStreams: number
  /** Before memory is read, each time. */
  readonly settleMs: number
}

export const WHOLE: Size = {
  rounds: 3,
  uncounted: 1,
  roundMs: 1_500,
  room: 300,
  full: 4_000,
  scripts: 600,
  pushes: 1_500,
  paceMs: 10_000,
  streams: 1_000,
  manyStreams: 10_000,
  settleMs: 2_000,
}

export const QUICK: Size = {
  rounds: 1,
  uncounted: 2,
  roundMs: 500,
  room: 60,
  full: 1_500,
  scripts: 200,
  pushes: 300,
  paceMs: 2_000,
  streams: 200,
  manyStreams: 1_000,
  settleMs: 1_000,
}
