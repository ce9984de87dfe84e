/** A text that no page says any more is found by its name, which nothing but its table says. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Source {
  readonly path: string
  readonly text: string
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(`${folder}/${name}`, 'utf8') }))
}

const isTable = ({ text }: Source) => /\btranslator(<|\()/.test(text)

const sources = ['web', 'core', 'api/contract'].flatMap(sourcesIn)
const tables = sources.filter((one) => isTable(one) && !one.path.endsWith('/locale.ts'))
const code = sources
  .filter((one) => !isTable(one))
  .map(({ text }) => text)
  .join('\n')

/** In quotes, or the name of a field such as a setting's. */
const words = new Set(
  [...code.matchAll(/['"]([\w.-]+)['"]|\b(\w+)\??:/g)].map(([, quoted, field]) => quoted ?? field),
)

const escaped = (part: string) => part.replaceAll('.', '\\.')

/** Names put together, such as `dialect_${one}`. */
const patterns = [...code.matchAll(/`([\w.-]*)\$\{[^{}`]*\}([\w.-]*)`/g)]
  .filter(([, before = '', after = '']) => /[a-z]/i.test(before + after))
  .map(([, before = '', after = '']) => new RegExp(`^${escaped(before)}[\\w.-]+${escaped(after)}$`))

function namesOf({ text }: Source): string[] {
  return [...text.matchAll(/^ {2}(?:'([^'\n]+)'|(\w+)):/gm)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

const isSaid = (name: string) => words.has(name) || patterns.some((pattern) => pattern.test(name))

it.each(tables)('$path has no text that no page says', (table) => {
  const names = namesOf(table)
  expect(names.length).toBeGreaterThan(1)
  expect(names.filter((name) => !isSaid(name))).toEqual([])
})
