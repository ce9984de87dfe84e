// `npm run mutants`: breaks each rule of docs/invariants.md in a copy of the program, and shows that its test sees it.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { readMutants } from './mutants.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'qrtill-mutants-'))
const wanted = process.argv.slice(2)

function makeCopy() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const name of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    cpSync(join(root, name), join(copy, name))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

/** @returns {Promise<{ passed: number, failed: number }>} */
function runTest({ testFile, testName }) {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const pattern = testName.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const words = ['test/run.js', testFile, '-t', pattern, '--reporter=json', `--outputFile=${report}`]
  const run = spawn(process.execPath, words, { cwd: copy, stdio: 'ignore' })
  return new Promise((resolve) => {
    run.once('exit', () => {
      const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
      const broken = testResults.filter(
        ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
      )
      resolve({ passed: numPassedTests, failed: numFailedTests + broken.length })
    })
  })
}

/** @returns {Promise<string>} what is wrong with the mutant; empty when its test tells. */
async function judge(mutant) {
  const path = join(copy, mutant.file)
  const source = readFileSync(path, 'utf8')
  const found = source.split(mutant.from).length - 1
  if (found !== 1) return `the line stands ${found} times in ${mutant.file}`
  const whole = await runTest(mutant)
  if (whole.passed === 0) return 'no such test'
  if (whole.failed > 0) return 'the test is red without the change'
  writeFileSync(
    path,
    source.replace(mutant.from, () => mutant.to),
  )
  const broken = await runTest(mutant)
  writeFileSync(path, source)
  return broken.failed > 0 ? '' : 'the test stays green'
}

try {
  makeCopy()
  const mutants = readMutants(root).filter(
    (it) => wanted.length === 0 || wanted.some((word) => it.rule.startsWith(word)),
  )
  let wrong = mutants.length === 0 ? 1 : 0
  for (const mutant of mutants) {
    const complaint = await judge(mutant)
    if (complaint) wrong += 1
    console.log(
      `${complaint ? 'WRONG' : 'red  '}  ${mutant.rule}  ${mutant.file}  ${complaint || mutant.testName}`,
    )
  }
  console.log(`\n${mutants.length - wrong} of ${mutants.length} changes turn their test red`)
  process.exitCode = wrong > 0 ? 1 : 0
} finally {
  rmSync(copy, { recursive: true, force: true, maxRetries: 5 })
}
