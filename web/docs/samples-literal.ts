/** JSON values as literals of a programming language. */
export interface Dialect {
  /** Around pairs. */
  readonly open: string
  readonly close: string
  /** Of no pairs. */
  readonly empty: string
  readonly pair: string
  quote(text: string): string
  /** Of a pair; quoted like any text unless given. */
  name?(text: string): string
  readonly null: string
  readonly true: string
  readonly false: string
}

/** @param depth levels that stand around it; each is indented by `indent` blanks. */
export function literal(value: unknown, dialect: Dialect, depth: number, indent: number): string {
  if (value === null || value === undefined) return dialect.null
  if (value === true) return dialect.true
  if (value === false) return dialect.false
  if (typeof value === 'string') return dialect.quote(value)
  if (typeof value !== 'object') return String(value)
  const pad = ' '.repeat(indent * (depth + 1))
  const end = ' '.repeat(indent * depth)
  const list = Array.isArray(value)
  const [open, close] = list ? ['[', ']'] : [dialect.open, dialect.close]
  const rows = Object.entries(value).map(([name, one]) => {
    const text = literal(one, dialect, depth + 1, indent)
    const label = (dialect.name ?? dialect.quote)(name)
    return `${pad}${list ? '' : `${label}${dialect.pair}`}${text},`
  })
  if (rows.length === 0) return list ? '[]' : dialect.empty
  return `${open}\n${rows.join('\n')}\n${end}${close}`
}
