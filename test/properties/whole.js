// `npm run test:properties`: the property tests at full length, some ten minutes of them.
import process from 'node:process'

process.env.PROPERTY_RUNS ??= '1000'
process.env.PROPERTY_COMMANDS ??= '200'
process.argv.splice(2, 0, 'test/properties')
await import('../run.js')
