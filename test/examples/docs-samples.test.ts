/** What the pages for developers show runs as it stands: the requests, and the check of a webhook. */
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../../api/openapi/index.ts'
import { endpointsOf, sectionsOf, type ApiDocument } from '../../web/docs/api-document.ts'
import { VERIFY_SAMPLES } from '../../web/docs/guides/verify-samples.ts'
import { sampleRequest } from '../../web/docs/operation-samples.ts'
import { SAMPLE_LANGUAGES, sampleOf, type SampleLanguage } from '../../web/docs/samples.ts'
import { engines, newFolder } from '../support/engines.ts'
import { openApiStand, type ApiStand, type Json } from '../support/merchant-api.ts'
import { programs } from '../support/servers.js'

const run = promisify(execFile)

/** How a sample that is saved in a file is run; those that this machine has, `npm test` says which it has not. */
const RUNNERS: Readonly<
  Record<SampleLanguage, { file: string; command: string | undefined; args: string[] }>
> = {
  curl: { file: 'sample.sh', command: programs.curl && 'sh', args: ['sample.sh'] },
  PHP: { file: 'sample.php', command: programs.php, args: ['sample.php'] },
  Python: { file: 'sample.py', command: programs.python, args: ['sample.py'] },
  Node: { file: 'sample.mjs', command: process.execPath, args: ['sample.mjs'] },
  Java: { file: 'Main.java', command: programs.java, args: ['Main.java'] },
  Go: { file: 'main.go', command: programs.go, args: ['run', '.'] },
}

const languages = SAMPLE_LANGUAGES.filter((language) => RUNNERS[language].command !== undefined)

async function runFiles(language: SampleLanguage, files: Readonly<Record<string, string>>): Promise<string> {
  const { command, args } = RUNNERS[language]
  const folder = await newFolder()
  await mkdir(folder, { recursive: true })
  const all = language === 'Go' ? { ...files, 'go.mod': 'module sample\n\ngo 1.19\n' } : files
  for (const [name, text] of Object.entries(all)) await writeFile(`${folder}/${name}`, text)
  const { stdout } = await run(command!, args, { cwd: folder, timeout: 80_000 })
  return stdout
}

const document = openApiDocument('1.0.0') as unknown as ApiDocument
const endpoints = sectionsOf(document).flatMap(({ tag }) => endpointsOf(document, tag))

const endpointOf = (operationId: string) => endpoints.find((one) => one.operationId === operationId)!

describe.each(languages)('a sample in %s', (language) => {
  let stand: ApiStand
  beforeAll(async () => void (stand = await openApiStand(engines[0]!)))
  afterAll(() => stand.close())

  const send = (operationId: string, change: object) => {
    const request = sampleRequest(endpointOf(operationId), stand.served.url, stand.site.test.key)
    return runFiles(language, { [RUNNERS[language].file]: sampleOf(language, { ...request, ...change }) })
  }

  it('creates an order, whatever characters are in it', async () => {
    const body = {
      out_trade_no: 'S-1',
      amount: '31.25',
      subject: `It's a "quoted" \\ 月卡 $HOME \`x\` ${'{}'} %s`,
      metadata: { 'a key': "O'Neill", b: 'true' },
    }
    const output = await send('v1CreateOrder', { body })
    expect(output).toContain('S-1')
    const { json } = await stand.site.test.get('/api/v1/orders?out_trade_no=S-1')
    expect((json.data as Json[])[0]).toMatchObject(body)
  })

  it('creates an order and pays it, one after the other as they stand', async () => {
    const example = endpointOf('v1CreateOrder').requestBody!.content['application/json'].example as Json
    await send('v1CreateOrder', {})
    const { json } = await stand.site.test.get(`/api/v1/orders?out_trade_no=${String(example.out_trade_no)}`)
    const { id } = (json.data as Json[])[0]!
    const url = `${stand.served.url}/api/v1/test/orders/${String(id)}/pay`
    expect(await send('v1PayTestOrder', { url, body: {} })).toMatch(/matched/)
  })

  it('asks for a list, and changes and removes what is there', async () => {
    expect(await send('v1ListOrders', {})).toMatch(/has_more/)
    const { json } = await stand.site.test.post('/api/v1/webhook_endpoints', {
      url: 'https://shop.example.com/',
    })
    const url = `${stand.served.url}/api/v1/webhook_endpoints/${String(json.id)}`
    await send('v1ChangeEndpoint', { url })
    expect((await stand.site.test.get(new URL(url).pathname)).json.enabled).toBe(false)
    await send('v1DeleteEndpoint', { url })
    expect((await stand.site.test.get(new URL(url).pathname)).status).toBe(404)
  })
})

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
const BODY = '{"type":"order.paid","data":{"subject":"月卡 \\"30\\" 天"}}'

/** Genuine, after two other signatures, with another body, too old, at a time of odd digits, and by another secret. */
function messages() {
  const now = Math.floor(Date.now() / 1000)
  const signed = (seconds: number, body: string, secret = SECRET) =>
    `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`msg_1.${seconds}.${body}`)
      .digest('base64')}`
  const one = (signature: string, seconds = now) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature,
  })
  return [
    one(signed(now, BODY)),
    one(`v1,\u00e9 v1,${'A'.repeat(43)}= ${signed(now, BODY)}`),
    one(signed(now, `${BODY} `)),
    one(signed(now - 301, BODY), now - 301),
    { ...one(signed(now, BODY)), 'webhook-timestamp': '\u00b9\u00b2' },
    one(signed(now, BODY, `whsec_${'A'.repeat(43)}=`)),
  ]
}

/** The sample and a main program that prints a line for each message, by language. */
function verifier(language: keyof typeof VERIFY_SAMPLES): Record<string, string> {
  const sample = VERIFY_SAMPLES[language]
  const [data, body, secret] = [messages(), JSON.stringify(BODY), JSON.stringify(SECRET)]
  const [json, first] = [JSON.stringify(data), JSON.stringify(data[0])]
  switch (language) {
    case 'Node':
      return {
        'sample.mjs': `${sample}\nfor (const one of ${json}) console.log(isGenuine(one, ${body}, ${secret}))
try { isGenuine(${first}, ${body}, '') } catch { console.log('refused') }`,
      }
    case 'PHP':
      return {
        'sample.php': `${sample}\nforeach (json_decode(<<<'X'\n${json}\nX, true) as $one) echo json_encode(isGenuine($one, <<<'X'\n${BODY}\nX, ${secret})), "\\n";
try { isGenuine(json_decode('${first}', true), '{}', ''); } catch (Exception $e) { echo 'refused'; }`,
      }
    case 'Python':
      return {
        'sample.py': `${sample}\nfor one in ${json}:\n    print(str(is_genuine(one, ${body}.encode(), ${secret})).lower())
try:
    is_genuine(${first}, b"{}", "")
except ValueError:
    print("refused")`,
      }
    case 'Java': {
      const [imports, rest] = [
        sample.match(/^import .*$/gm)!.join('\n'),
        sample.replaceAll(/^import .*$/gm, ''),
      ]
      const maps = data.map(
        (one) =>
          `Map.of(${Object.entries(one)
            .flat()
            .map((text) => JSON.stringify(text))
            .join(',')})`,
      )
      const main = `for (var one : java.util.List.of(${maps.join(',')})) System.out.println(Webhooks.isGenuine(one, ${body}, ${secret}));
try { Webhooks.isGenuine(${maps[0]}, ${body}, ""); } catch (IllegalStateException e) { System.out.println("refused"); }`
      return {
        'Main.java': `${imports}\nclass Main { public static void main(String[] a) throws Exception { ${main} } }\n${rest}`,
      }
    }
    case 'Go': {
      const maps = data.map(
        (one) =>
          `{${Object.entries(one)
            .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
            .join(', ')}}`,
      )
      const main = [
        'package main',
        'import ("fmt"; "net/http")',
        'func main() {',
        `for _, one := range []map[string]string{${maps.join(', ')}} {`,
        'headers := http.Header{}',
        'for name, value := range one { headers.Set(name, value) }',
        `fmt.Println(IsGenuine(headers, []byte(${body}), ${secret}))`,
        '}',
        'defer func() { if recover() != nil { fmt.Println("refused") } }()',
        `IsGenuine(http.Header{}, []byte(${body}), "")`,
        '}',
      ].join('\n')
      return { 'webhooks.go': sample.replace('package webhooks', 'package main'), 'main.go': main }
    }
  }
}

describe('the check of a webhook', () => {
  const shown = Object.keys(VERIFY_SAMPLES) as (keyof typeof VERIFY_SAMPLES)[]
  it.each(shown.filter((one) => languages.includes(one)))(
    'in %s believes what is genuine and new, nothing else, and nobody without a secret',
    async (language) => {
      const output = await runFiles(language, verifier(language))
      expect(output.trim().split(/\s+/)).toEqual([
        'true',
        'true',
        'false',
        'false',
        'false',
        'false',
        'refused',
      ])
    },
  )
})
