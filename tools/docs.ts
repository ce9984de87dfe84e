/** Writes the tables of settings into both READMEs from the program's own list. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { SETTINGS } from '../com/config.ts'
import type { Setting } from '../com/config.ts'

const TABLES = [
  { file: 'README.md', head: ['Variable', 'Example', 'Default', 'Meaning'], meaning: (it: Setting) => it.en },
  { file: 'README.zh-CN.md', head: ['变量', '示例', '默认', '含义'], meaning: (it: Setting) => it.zh },
]
const BEGIN = '<!-- settings -->'
const END = '<!-- /settings -->'

function drawTable({ head, meaning }: (typeof TABLES)[number]): string {
  const rows = SETTINGS.map((it) => [code(it.name), code(it.example), plain(it.default), plain(meaning(it))])
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** Text between code, where `<` would begin a tag. */
function plain(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

async function renew(table: (typeof TABLES)[number], text: string): Promise<string> {
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error(`${table.file} has no place for the settings: ${BEGIN} … ${END}`)
  const renewed = `${before}${BEGIN}\n\n${drawTable(table)}\n\n${END}${after}`
  return format(renewed, { ...(await resolveConfig(table.file)), parser: 'markdown' })
}

for (const table of TABLES) {
  const text = readFileSync(table.file, 'utf8')
  const renewed = await renew(table, text)
  if (renewed === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${table.file} does not list the settings as they are: npm run docs`)
    process.exitCode = 1
  } else {
    writeFileSync(table.file, renewed)
    console.log(`${table.file} renewed`)
  }
}
