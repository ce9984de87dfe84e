import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ShopError } from '../../core/errors.ts'
import { sendRaw } from '../../test/support/app.ts'
import { readGateway } from './flat-form.ts'

const FORM = 'application/x-www-form-urlencoded'

/** A server that tells what it read: values in hex, and as text. */
function mirror(): Server {
  const app = new Koa()
  app.use(async (ctx) => {
    try {
      const { query, body } = await readGateway(ctx, { json: ctx.path === '/json' })
      const told = [query, body].map((form) =>
        [...form.entries()].map(([name, bytes]) => [name, bytes.toString('hex'), form.text(name)]),
      )
      ctx.body = { query: told[0], body: told[1] }
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      ctx.body = { refused: error.code }
    }
  })
  const answer = app.callback()
  return createServer({ maxHeaderSize: 8 * 1024 }, (asked, answered) => void answer(asked, answered))
}

interface Told {
  readonly query: [name: string, hex: string, text: string][]
  readonly body: [name: string, hex: string, text: string][]
  readonly refused?: string
}

describe('what a site sends', () => {
  const server = mirror()
  let url: string

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  async function get(query: string): Promise<Told> {
    return JSON.parse((await sendRaw(url, `/?${query}`)).text) as Told
  }

  async function post(body: string | Buffer, type: string | undefined = FORM, path = '/'): Promise<Told> {
    const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type }
    const { status, text } = await sendRaw(url, path, { method: 'POST', headers, body })
    expect(status).toBe(200)
    return JSON.parse(text) as Told
  }

  const texts = (fields: Told['body']) => Object.fromEntries(fields.map(([name, , text]) => [name, text]))

  it('is read from the query and from the body, apart', async () => {
    const { status, text } = await sendRaw(url, '/?a=1&b=', {
      method: 'POST',
      headers: { 'Content-Type': FORM },
      body: 'a=2&c=x+y%26z',
    })
    expect(status).toBe(200)
    const told = JSON.parse(text) as Told
    expect([texts(told.query), texts(told.body)]).toEqual([
      { a: '1', b: '' },
      { a: '2', c: 'x y&z' },
    ])
  })

  it('counts the last time that a name is said, and knows no nested names', async () => {
    const { query } = await get('k=1&k=2&k[]=3&k[x]=4&n%5B%5D=5&%6B=6&=7&flag&__proto__=8&constructor=9')
    expect(query.map(([name, , text]) => [name, text])).toEqual([
      ['k', '6'],
      ['flag', ''],
      ['__proto__', '8'],
      ['constructor', '9'],
    ])
  })

  it('keeps the bytes as they came, and reads them as UTF-8 or else as GBK', async () => {
    const gbk = '%BB%E1%D4%B1'
    expect((await get(`name=${gbk}&u=%E4%BC%9A`)).query).toEqual([
      ['name', 'bbe1d4b1', '会员'],
      ['u', 'e4bc9a', '会'],
    ])
    expect((await post(Buffer.from('name=\xbb\xe1\xd4\xb1', 'latin1'))).body).toEqual([
      ['name', 'bbe1d4b1', '会员'],
    ])
    expect((await post(`b=%EF%BB%BFx`)).body).toEqual([['b', 'efbbbf78', '\ufeffx']])
  })

  it('leaves what is no escape as it stands', async () => {
    expect(texts((await get('a=100%&b=%zz&c=%4&d=%00'))['query'])).toEqual({
      a: '100%',
      b: '%zz',
      c: '%4',
      d: '\0',
    })
  })

  it('is a form where no type or another one is named', async () => {
    expect(texts((await post('a=1', '')).body)).toEqual({ a: '1' })
    expect(texts((await post('a=1', 'text/plain')).body)).toEqual({ a: '1' })
    expect(texts((await post('{"a":"1"}', 'application/json')).body)).toEqual({ '{"a":"1"}': '' })
  })

  it('of more than 64 fields or 64 KiB is refused, whether it says its length or not', async () => {
    const fields = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=1`).join('&')
    expect((await post(fields(64))).body).toHaveLength(64)
    expect(await post(fields(65))).toEqual({ refused: 'bad_input' })
    expect(await get(fields(65))).toEqual({ refused: 'bad_input' })
    expect((await post(`a=${'x'.repeat(65_534)}`)).body[0]?.[1]).toHaveLength(131_068)
    for (const size of [65_535, 900_000]) {
      expect(await post(`a=${'x'.repeat(size)}`)).toEqual({ refused: 'too_large' })
    }
    expect(await postChunked(`a=${'x'.repeat(70_000)}`)).toEqual({ refused: 'too_large' })
  })

  function postChunked(body: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers: { 'Content-Type': FORM } }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (text += part))
        answer.on('end', () => resolve(JSON.parse(text)))
      })
      sent.on('error', reject)
      sent.write(body.slice(0, 1_000))
      sent.end(body.slice(1_000))
    })
  }

  it('may repeat a name as often as it fits, at no cost', async () => {
    const from = performance.now()
    expect(await post('a&'.repeat(32_000))).toMatchObject({ body: [['a', '', '']] })
    expect(performance.now() - from).toBeLessThan(1_000)
  })

  describe('as multipart', () => {
    const part = (name: string, value: string, more = '') =>
      `--XyZ\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
    const multipart = (body: string) => post(Buffer.from(body, 'utf8'), 'multipart/form-data; boundary=XyZ')

    it('has its fields, as curl sends an array', async () => {
      const form = new FormData()
      form.set('pid', '1001')
      form.set('name', 'VIP会员\r\n--x')
      form.set('empty', '')
      const answer = await fetch(url, { method: 'POST', body: form })
      expect(texts(((await answer.json()) as Told).body)).toEqual({
        pid: '1001',
        name: 'VIP会员\r\n--x',
        empty: '',
      })
    })

    it('has no files, no nested names, and the last of a name said twice', async () => {
      const body = part('a', '1') + part('f', 'x', '; filename="f.txt"') + part('b[]', '2') + part('a', '3')
      expect(texts((await multipart(`${body}--XyZ--\r\n`)).body)).toEqual({ a: '3' })
    })

    it('takes quotes around the boundary, a text before it, other headers, and names without quotes', async () => {
      const body =
        'preamble\r\n--Xy Z\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--Xy Z--'
      const { body: fields } = await post(body, 'multipart/form-data; charset=utf-8; boundary="Xy Z"')
      expect(texts(fields)).toEqual({ a: '1' })
    })

    it.each([
      ['nothing', ''],
      ['no boundary at all', 'a=1'],
      ['no end', part('a', '1')],
      ['half a header', '--XyZ\r\nContent-Disposition: form-data; name="a"'],
      ['a boundary that goes on', `--XyZW\r\n${part('a', '1')}--XyZ--`],
      ['an end before the headers', '--XyZ\r\nContent-Disposition: form-data\r\n--XyZ--\r\n\r\n'],
    ])('of %s is refused', async (_, body) => {
      expect(await multipart(body)).toEqual({ refused: 'bad_input' })
    })

    it('without a boundary, or with one of 71 characters, is refused', async () => {
      expect(await post('x', 'multipart/form-data')).toEqual({ refused: 'bad_input' })
      const long = 'b'.repeat(71)
      expect(await post(`--${long}--`, `multipart/form-data; boundary="${long}"`)).toEqual({
        refused: 'bad_input',
      })
    })

    it('never fails, whatever it is', async () => {
      const piece = fc.constantFrom('--XyZ', '--', '\r\n', '\r\n\r\n', part('a', '1'), 'name="a"', ':', '\0')
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
          await multipart(pieces.join(''))
        }),
        { numRuns: 150 },
      )
    })
  })

  describe('as JSON, where the protocol has it', () => {
    const json = (text: string) => post(text, 'application/json; charset=utf-8', '/json')

    it('has its values as they were written', async () => {
      const body = String.raw`{"s":"1.00","n":1.00,"e":1e2,"m":-0.5,"t":true,"x":null,"o":{"a":1},"l":[1],"u":"\u4f1a\"5\\","k 12":"12 34", "__proto__": 7}`
      expect(new Map((await json(body)).body.map(([name, , text]) => [name, text]))).toEqual(
        new Map([
          ['s', '1.00'],
          ['n', '1.00'],
          ['e', '1e2'],
          ['m', '-0.5'],
          ['t', 'true'],
          ['u', '会"5\\'],
          ['k 12', '12 34'],
          ['__proto__', '7'],
        ]),
      )
    })

    it.each(['', '[]', '"a"', '1', 'null', '{', '{"a":01}', '{"a":1.}', '{"a":1e}', '{a:1}', '\ufffe'])(
      '%j is refused',
      async (text) => {
        expect(await json(text)).toEqual({ refused: 'bad_input' })
      },
    )
  })
})
