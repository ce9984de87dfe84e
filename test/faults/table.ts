/** One line for each kind of fault, printed when all of them have been tried. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FaultRow {
  readonly fault: string
  readonly engine: string
  readonly rounds: number
  /** How often a process was killed. */
  readonly kills: number
  /** Answers, letters and callbacks that somebody relies on. */
  readonly acknowledged: number
  readonly lost: number
  readonly double: number
  readonly wrong: number
}

const COUNTS = ['rounds', 'kills', 'acknowledged', 'lost', 'double', 'wrong'] as const

function pathOfRows(): string {
  return join(process.env.TEST_FOLDER ?? '.', 'faults.jsonl')
}

export function noteRow(row: FaultRow): void {
  appendFileSync(pathOfRows(), `${JSON.stringify(row)}\n`)
}

/** For vitest: prints at the end of the run. */
export function setup(): () => void {
  return () => {
    const rows = readRows()
    if (rows.length > 0) process.stdout.write(`\n${layOut(rows)}\n`)
  }
}

/** Rounds of one fault on one engine are added up. */
function readRows(): FaultRow[] {
  const sums = new Map<string, FaultRow>()
  for (const line of readLines()) {
    const row = JSON.parse(line) as FaultRow
    const key = `${row.fault} ${row.engine}`
    const before = sums.get(key)
    const counts = COUNTS.map((name) => [name, (before?.[name] ?? 0) + row[name]])
    sums.set(key, { ...row, ...Object.fromEntries(counts) })
  }
  return [...sums.values()]
}

function readLines(): string[] {
  try {
    return readFileSync(pathOfRows(), 'utf8').trimEnd().split('\n')
  } catch {
    return [] // no fault was tried in this run
  }
}

function layOut(rows: readonly FaultRow[]): string {
  const head = ['fault', 'engine', ...COUNTS]
  const lines = rows.map((row) => [row.fault, row.engine, ...COUNTS.map((name) => String(row[name]))])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  )
  const toText = (line: readonly string[]) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return [head, ...lines].map(toText).join('\n')
}
