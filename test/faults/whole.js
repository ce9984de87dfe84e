// `npm run test:faults`: every fault on every engine, many times. Takes about a quarter of an hour.
import process from 'node:process'

process.env.TEST_FAULTS = 'whole'
process.argv.push('--project', 'faults')
await import('../run.js')
