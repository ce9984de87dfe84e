/** Sites that speak the older protocols, as seen from outside: what they send, and where they are told. */
import { sendRaw, type RawAnswer } from './app.ts'
import { openSite } from './site.ts'
import type { TestShop } from './shop.ts'

export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
export const JSON_TYPE = { 'Content-Type': 'application/json;charset=UTF-8' }

export interface ToldSite {
  /** No slash at the end. */
  readonly url: string
  /** As CALLBACK_ALLOW names it. */
  readonly hostPort: string
  /** Every call so far: its method, path and query. */
  readonly calls: readonly {
    readonly method: string
    readonly path: string
    readonly query: URLSearchParams
  }[]
}

/** A site that is told of payments. It ends with its test. @param answer what it says each time */
export async function openToldSite(
  answer: (query: URLSearchParams) => { status?: number; body: string },
): Promise<ToldSite> {
  const calls: { method: string; path: string; query: URLSearchParams }[] = []
  const { hostPort } = await openSite((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://site')
    calls.push({ method: request.method ?? '', path: pathname, query })
    const { status = 200, body } = answer(query)
    response.writeHead(status).end(body)
  })
  return { url: `http://${hostPort}`, hostPort, calls }
}

/** How many rows there are of everything that a request could write. */
export async function countRows(shop: TestShop): Promise<Record<string, number>> {
  const tables = ['orders', 'merchant_orders', 'order_events', 'callbacks', 'jobs', 'payments'] as const
  const counts = tables.map(async (table) => {
    const { rows } = await shop.db
      .selectFrom(table)
      .select((from) => from.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow()
    return [table, Number(rows)] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

/** Whether any of these texts stands anywhere in the log. */
export function isLogged(shop: TestShop, texts: readonly string[]): boolean {
  const log = JSON.stringify(shop.logged)
  return texts.some((text) => log.includes(text))
}

const LONG = 'x'.repeat(2_000)
const PART = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

/** Requests that no site of sense makes, none of them rightly signed. @param names of the protocol's fields */
export function hostileRequests(names: readonly string[]): { what: string; send: SendsTo }[] {
  const values = [
    '',
    ' ',
    '0',
    '-1',
    LONG,
    '💥',
    '\u0000',
    '1e3',
    "' or 1=1 --",
    '__proto__',
    '../..',
    '１.００',
  ]
  const query = (value: string) => names.map((name) => `${name}=${encodeURIComponent(value)}`).join('&')
  const post = (what: string, headers: Record<string, string>, body: string | Buffer) => ({
    what,
    send: ((url, path) => sendRaw(url, path, { method: 'POST', headers, body })) as SendsTo,
  })
  const get = (what: string, text: string) => ({
    what,
    send: ((url, path) => sendRaw(url, `${path}?${text}`)) as SendsTo,
  })
  return [
    ...values.flatMap((value) => [
      get(`a query of ${JSON.stringify(value.slice(0, 9))}`, query(value).slice(0, 6_000)),
      post(`a form of ${JSON.stringify(value.slice(0, 9))}`, FORM, query(value)),
      post(
        `JSON of ${JSON.stringify(value.slice(0, 9))}`,
        JSON_TYPE,
        JSON.stringify(Object.fromEntries(names.map((name) => [name, value]))),
      ),
    ]),
    get('nothing at all', ''),
    get('repeated names', names.map((name) => `${name}=1&${name}=2`).join('&')),
    get('nested names', names.map((name) => `${name}[]=1&${name}[a]=2`).join('&')),
    get('broken escapes', names.map((name) => `${name}=%zz%`).join('&')),
    get('too many names', Array.from({ length: 300 }, (_, at) => `a${at}=1`).join('&')),
    get('GBK', `${query('1')}&${names[0]}=%BB%E1%D4%B1`),
    post('raw bytes', FORM, Buffer.from([0xff, 0xfe, 0x00, 0x3d, 0xbb, 0xe1])),
    post('a huge form', FORM, `${names[0]}=${'x'.repeat(70 * 1024)}`),
    post('a huge text of JSON', JSON_TYPE, JSON.stringify({ [names[0]!]: 'x'.repeat(70 * 1024) })),
    post('a JSON array', JSON_TYPE, '[]'),
    post('JSON null', JSON_TYPE, 'null'),
    post('broken JSON', JSON_TYPE, '{"a":'),
    post(
      'nested JSON',
      JSON_TYPE,
      JSON.stringify(Object.fromEntries(names.map((name) => [name, { $gt: '' }]))),
    ),
    post('deep JSON', JSON_TYPE, `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    post('a surrogate alone', JSON_TYPE, `{${names.map((name) => `"${name}":"\\ud800"`).join(',')}}`),
    post(
      'multipart',
      { 'Content-Type': 'multipart/form-data; boundary=b' },
      `${names.map((name) => PART(name, '1')).join('')}--b--`,
    ),
    post('multipart without an end', { 'Content-Type': 'multipart/form-data; boundary=b' }, PART('a', '1')),
    post('multipart without a boundary', { 'Content-Type': 'multipart/form-data' }, PART('a', '1')),
    post('an unknown type', { 'Content-Type': 'image/png' }, 'x'),
  ]
}

type SendsTo = (url: string, path: string) => Promise<RawAnswer>
