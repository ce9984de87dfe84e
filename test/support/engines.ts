/** The engines that a test of a rule runs on. MySQL is among them when `npm test` could start one. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customAlphabet } from 'nanoid'
import { describe } from 'vitest'

export interface TestEngine {
  readonly name: 'SQLite' | 'MySQL'
  /** @returns the URL of a database of the caller's own, made when it is opened. */
  openUrl(): Promise<string>
}

const randomName = customAlphabet('abcdefghijklmnopqrstuvwxyz0123456789', 16)
const mysqlUrl = process.env.TEST_MYSQL_URL

/** A folder that goes away with the test run. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(process.env.TEST_FOLDER ?? tmpdir(), 'test-'))
}

const sqlite: TestEngine = {
  name: 'SQLite',
  openUrl: async () => `sqlite:${join(await newFolder(), 'shop.db')}`,
}

const mysql: TestEngine = {
  name: 'MySQL',
  openUrl: async () => `${mysqlUrl?.replace(/\/$/, '')}/till_${randomName()}`,
}

export const engines: readonly TestEngine[] = mysqlUrl ? [sqlite, mysql] : [sqlite]

/** Runs the same tests on each engine. */
export function describeOnEngines(title: string, body: (engine: TestEngine) => void): void {
  for (const engine of engines) describe(`${title} (${engine.name})`, () => body(engine))
}
