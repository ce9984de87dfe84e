import type { ChildProcess } from 'node:child_process'

/** A server of the tests' own. */
export interface TestServer {
  readonly url: string
  /** Freezes it: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** Ends it at once. */
  kill(): Promise<void>
  /** Starts it again at the same address. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Paths of what this machine has. */
export const programs: {
  readonly mariadb: string | undefined
  readonly redis: string | undefined
  readonly chromium: string | undefined
  readonly curl: string | undefined
  readonly php: string | undefined
  readonly python: string | undefined
  readonly go: string | undefined
  /** Undefined as well where only a runtime is there, which cannot compile. */
  readonly java: string | undefined
}

export function freePort(): Promise<number>
/** MariaDB or MySQL with one account that may do everything. `url` has no database. */
export function startMariadb(): Promise<TestServer>
/** Redis that writes nothing to disk. */
export function startRedis(): Promise<TestServer>
/** Notes that a process runs, so that test/run.js can end it should the test that started it be ended first. */
export function track(child: ChildProcess): void
