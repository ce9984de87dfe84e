import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readMutants } from '../test/mutants/mutants.js'

const mutants = readMutants('.')

it('are broken by some change each', () => {
  const rules = new Set(mutants.map(({ rule }) => rule.split(' ')[0]))
  expect([...rules].sort()).toEqual(['I1', 'I10', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9'])
})

it.each(mutants)(
  'change a line of $file that is there once, and name a test that is there: $testName',
  (mutant) => {
    expect(readFileSync(mutant.file, 'utf8').split(mutant.from)).toHaveLength(2)
    expect(mutant.to).not.toBe(mutant.from)
    expect(readFileSync(mutant.testFile, 'utf8')).toContain(mutant.testName)
  },
)
