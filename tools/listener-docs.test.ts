import { execFile, spawnSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recognise } from '../listener/recognise.ts'
import { loadRules } from '../listener/rules.ts'
import { newFolder } from '../test/support/engines.ts'

const DOCUMENTS = ['docs/listener.md', 'docs/listener.zh-CN.md']
const KEY = '0123456789abcdef'

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')
const sign = (text: string) => md5(md5(text) + KEY)
const sign2 = (text: string) => createHmac('sha256', KEY).update(text, 'utf8').digest('hex')

const SIGNATURES = [
  sign('http://192.168.1.5:8080/addons/pay/'),
  sign('0.99alipay'),
  sign2('v2|0.99|alipay|1795000000000|1794999990000|7a6f1c0e5b2d4938'),
  sign2('v2|heartbeat|1795000000000'),
]

/** Who runs a block of a language, and under which name it is put into a file. */
const RUNNERS: Readonly<Record<string, { program: string; words: string[]; file: string }>> = {
  php: { program: 'php', words: [], file: 'sign.php' },
  python: { program: 'python3', words: [], file: 'sign.py' },
  java: { program: 'java', words: [], file: 'Sign.java' },
  go: { program: 'go', words: ['run'], file: 'sign.go' },
}

/** Fenced blocks at the margin, by their language. */
function blocksOf(document: string): { language: string; text: string }[] {
  const blocks = readFileSync(document, 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, language = '', text = '']) => ({ language, text }))
}

const blockIn = (document: string, language: string) =>
  blocksOf(document).find((it) => it.language === language)

describe('the documents of the listener', () => {
  it('agree on the old form’s worked value that the protocol was handed down with', () => {
    expect(SIGNATURES[1]).toBe('78dd93ac6b28ca8efca7412450e250d1')
  })

  it.each(DOCUMENTS)('%s gives the worked values', (document) => {
    const text = readFileSync(document, 'utf8')
    for (const signature of SIGNATURES) expect(text).toContain(`\`${signature}\``)
    expect(text).toContain(`= ${md5('0.99alipay')}`)
    const rows = text.matchAll(/\| `(v2\\\|[^`]+|[^`|]+)`\s*\| `([0-9a-f]{32}|[0-9a-f]{64})`\s*\|/g)
    const signed = [...rows].map(
      ([, plain = '', signature]) => [plain.replaceAll('\\|', '|'), signature] as const,
    )
    expect(signed.length).toBe(4)
    for (const [plain, signature] of signed)
      expect(plain.startsWith('v2|') ? sign2(plain) : sign(plain), plain).toBe(signature)
  })

  it('have the same code in both languages', () => {
    const [english, chinese] = DOCUMENTS.map((document) =>
      blocksOf(document).filter((it) => it.language in RUNNERS || it.language === 'sh'),
    )
    expect(chinese?.length).toBeGreaterThan(4)
    expect(chinese).toEqual(english)
  })

  it.each(DOCUMENTS)('%s has a file of rules that works', async (document) => {
    const block = blocksOf(document).find((it) => it.text.includes('"rules"'))
    const path = join(await newFolder(), 'rules.json')
    await writeFile(path, block?.text ?? '')
    const notification = { app: 'com.tencent.mm', title: '微信支付', text: '进账3.00元，请查看' }
    expect(recognise(loadRules(path), notification)).toMatchObject({ kind: 'money', price: '3.00' })
  })
})

describe.each(Object.keys(RUNNERS))('the program in %s', (language) => {
  const { program, words, file } = RUNNERS[language]!
  const isHere = !spawnSync(program, [language === 'go' ? 'version' : '--version']).error

  it.runIf(isHere || process.env.CI === 'true')(
    'signs and checks as the protocol says',
    async () => {
      const folder = await newFolder()
      const path = join(folder, file)
      await writeFile(path, blockIn(DOCUMENTS[0]!, language)?.text ?? '')
      await mkdir(join(folder, 'cache'))
      const env = { ...process.env, GOCACHE: join(folder, 'cache'), GOFLAGS: '', GO111MODULE: 'off' }
      const output = await new Promise<string>((resolve) => {
        execFile(program, [...words, path], { cwd: folder, env }, (error, stdout, stderr) =>
          resolve(error ? `${String(error)}${stderr}` : stdout),
        )
      })
      expect(output.trim().split('\n')).toEqual([...SIGNATURES, 'right'])
    },
    180_000,
  )
})
