import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))
const { TEST_MYSQL_URL, TEST_REDIS_URL, TEST_CHROMIUM } = process.env

const IN_A_BROWSER = 'seller-and-buyer,developer,merchant,from-a-merchants-site,listeners,rules'

/** Left out, rather than passed, where the machine has not what they need; test/run.js says so. */
const cannotRun = [
  ...(TEST_CHROMIUM ? [] : [`test/journeys/{${IN_A_BROWSER}}.test.ts`]),
  ...(TEST_MYSQL_URL && TEST_REDIS_URL ? [] : ['test/journeys/outages.test.ts', 'test/races/*.test.ts']),
]
const cannotBreak = [
  ...(TEST_MYSQL_URL && TEST_REDIS_URL ? [] : ['test/faults/{network,outages}.test.ts']),
  ...(process.platform === 'linux' ? [] : ['test/faults/full-disk.test.ts']),
]
const shared = { root, globalSetup: ['test/support/folder.ts'] }

export default defineConfig({
  root,
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'rules',
          include: ['{core,com,api,web,sql,listener,tools,test/support}/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'properties',
          include: ['test/properties/**/*.test.ts'],
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'journeys',
          include: ['test/{journeys,races,examples}/**/*.test.ts'],
          exclude: cannotRun,
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 1, // measured times and a browser want the machine to themselves
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          globalSetup: [...shared.globalSetup, 'test/faults/table.ts'],
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: cannotBreak,
          testTimeout: 3_600_000, // a round that hangs ends by limits of its own
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
