/** Comment to the end of the line, other comment, quoted text or name, end of statement, anything else. */
const PIECES = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|;|[^;'"`/-]+|[\s\S]/g

/**
 * Splits a migration into its statements, without semicolons and `--` comments; `/*! *\/` stays.
 * A backslash in quoted text is an ordinary character here and in SQLite, but not in MySQL: do not use it.
 */
export function splitSql(text: string): string[] {
  const statements = ['']
  for (const [piece] of text.matchAll(PIECES)) {
    if (piece === ';') statements.push('')
    else if (!piece.startsWith('--')) statements.push((statements.pop() ?? '') + piece)
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '')
}
