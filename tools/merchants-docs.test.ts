/** What the documents for merchants’ sites work out is computed anew from what they show. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const DOCUMENTS = ['docs/merchants.md', 'docs/merchants.zh-CN.md']

/** The key, the parameters, the text that is signed and its signature, as the document shows them. */
function exampleIn(document: string) {
  const text = readFileSync(document, 'utf8')
  const [, key = '', shown = '', signed = '', sign = ''] =
    /`(\w{32})`[^`]*\n\n```text\n(pid=[^`]*)```\n[^]*?```text\n([^`]*)\n```\n\n`sign` = `(\w+)`/.exec(text) ??
    []
  const parameters = shown.trim().split('\n')
  return { key, parameters, signed, sign }
}

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

describe('the documents for merchants’ sites', () => {
  it.each(DOCUMENTS)('%s works out a signature of 易支付 rightly', (document) => {
    const { key, parameters, signed, sign } = exampleIn(document)
    expect(parameters).toHaveLength(8)
    const filled = parameters.filter((one) => !one.endsWith('=')).sort()
    expect(signed).toBe(filled.join('&') + key)
    expect(sign).toBe(md5(signed))
    expect(sign).toBe('872b7cc9ef18d2fbd7c627d0b3623de2')
  })

  it('work out the same in both languages', () => {
    const [english, chinese] = DOCUMENTS.map(exampleIn)
    expect(chinese).toEqual(english)
  })
})
