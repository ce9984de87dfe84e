/** What was measured, and the table of it. */
import { readFile, writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'

export interface Figure {
  readonly title: string
  readonly unit: '/s' | 'ms' | 's' | 'MB' | 'kB'
  readonly value: number
  /** The limit that was measured beside it. */
  readonly raw?: { readonly title: string; readonly value: number }
  /** For `value / raw`. */
  readonly goal?: string
  /** For the value itself, in its unit: at most. */
  readonly limit?: number
}

/** Figures of one engine at one number of past orders. */
export interface Session {
  readonly engine: string
  readonly past: number
  readonly figures: readonly Figure[]
}

/** One table per engine: what it is with few past orders, with many, and by what factor it got slower. */
export function drawTables(sessions: readonly Session[]): string {
  const engines = [...new Set(sessions.map((session) => session.engine))]
  return engines
    .map((engine) => {
      const [few, many] = sessions.filter((session) => session.engine === engine)
      return `### ${engine}\n\n${few ? drawTable(few, many) : ''}`
    })
    .join('\n\n')
}

function drawTable(few: Session, many: Session | undefined): string {
  const head = ['figure', ...headOf(few), 'goal', ...(many ? [...headOf(many), 'slower'] : [])]
  const rows = few.figures.map((figure) => {
    const later = many?.figures.find((one) => one.title === figure.title)
    const grown = later ? [...cellsOf(later), slower(figure, later)] : many ? ['', '', '', ''] : []
    return [titleOf(figure), ...cellsOf(figure), goalOf(figure), ...grown]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function goalOf({ goal, limit, unit }: Figure): string {
  return goal ?? (limit === undefined ? '' : `≤ ${amount(limit, unit)}`)
}

function headOf({ past }: Session): string[] {
  return [`${past.toLocaleString('en')} past orders`, 'raw limit', 'ratio']
}

function titleOf({ title, raw }: Figure): string {
  return raw ? `${title}; raw: ${raw.title}` : title
}

function cellsOf({ value, unit, raw }: Figure): string[] {
  if (!raw) return [amount(value, unit), '', '']
  return [amount(value, unit), amount(raw.value, unit), (value / raw.value).toFixed(2)]
}

/** By what factor; above 1 is slower or larger. */
function slower(few: Figure, many: Figure): string {
  const factor = few.unit === '/s' ? few.value / many.value : many.value / few.value
  return Number.isFinite(factor) ? factor.toFixed(2) : '—'
}

function amount(value: number, unit: Figure['unit']): string {
  if (!Number.isFinite(value)) return '—'
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0
  const text = value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`
}

const FILE = 'docs/benchmarks.md'
const BEGIN = '<!-- figures -->'
const END = '<!-- /figures -->'

/** Puts the tables into the document. @param machine what they were measured on. */
export async function writeTables(machine: string, tables: string): Promise<void> {
  const text = await readFile(FILE, 'utf8')
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`${FILE} has no place for the figures`)
  const renewed = `${before}${BEGIN}\n\n${machine}\n\n${tables}\n\n${END}${after}`
  await writeFile(FILE, await format(renewed, { ...(await resolveConfig(FILE)), parser: 'markdown' }))
}
