// The changes of docs/invariants.md that break a rule.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A block names the file, the line as it is, the line as it must not be, and the test that tells.
 *
 * @param {string} root of the repository
 * @returns {import('./mutants.js').Mutant[]}
 */
export function readMutants(root) {
  const text = readFileSync(join(root, 'docs/invariants.md'), 'utf8')
  const mutants = []
  let rule = ''
  for (const part of text.split(/^(?=## |```mutant$)/m)) {
    if (part.startsWith('## ')) rule = part.slice(3).split('\n')[0].trim()
    if (!part.startsWith('```mutant')) continue
    const [file, ...lines] = part.slice(0, part.indexOf('\n```\n')).split('\n').slice(1)
    const [testFile, testName] = lines.at(-1).split(/: (.*)/)
    const marked = (mark) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2))
    mutants.push({
      rule,
      file,
      from: marked('- ').join('\n'),
      to: marked('+ ').join('\n'),
      testFile,
      testName,
    })
  }
  return mutants
}
