import { expect, it } from 'vitest'
import { createLog } from './log.ts'
import type { LogLevel } from './log.ts'

function collect(level: LogLevel = 'info') {
  const written: string[] = []
  return { written, log: createLog(level, { write: (line) => void written.push(line) }) }
}

function first(written: string[]): Record<string, unknown> {
  return JSON.parse(written[0] ?? '') as Record<string, unknown>
}

it('writes one JSON line with level, UTC time, fields and sentence', () => {
  const { written, log } = collect()
  log.warn({ orderId: 'abc', cents: 1250 }, 'The order waits for stock.')
  expect(first(written)).toMatchObject({
    level: 'warn',
    orderId: 'abc',
    cents: 1250,
    msg: 'The order waits for stock.',
  })
  expect(first(written)['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

it('hides secrets at every depth and in any letter case', () => {
  const { written, log } = collect()
  const secrets = { password: 'hidden', newPassword: 'hidden', sign: 'hidden', csrfToken: 'hidden' }
  log.info(
    { ...secrets, headers: { Cookie: 'hidden', 'set-cookie': ['hidden'], Authorization: 'hidden' } },
    'A request.',
  )
  log.info(
    { device: { deep: [{ secret: 'hidden', listenerSecret: 'hidden', signature: 'hidden' }] } },
    'A device.',
  )
  expect(written.join('')).not.toContain('hidden"')
  expect(first(written)['sign']).toBe('[hidden]')
})

it('keeps harmless names that only resemble secrets', () => {
  const { written, log } = collect()
  log.info({ assigned: 3, signals: 2, design: 'x' }, 'Numbers.')
  expect(first(written)).toMatchObject({ assigned: 3, signals: 2 })
})

it('shortens e-mail addresses and cleans addresses of the web, in fields and sentences', () => {
  const { written, log } = collect()
  log.info(
    { to: 'buyer.name@example.com', url: '/notify?price=1.00&sign=5d41402a' },
    'Wrote to buyer@example.com.',
  )
  log.info({ url: 'mysql://till:pa55word@db/till' }, 'Opened.')
  const text = written.join('')
  expect(text).toContain('b***@example.com')
  expect(text).toContain('mysql://***@db/till')
  expect(text).not.toMatch(/buyer|5d41402a|pa55word/)
})

const SECRETS = ['sign', 'sign2', 'sgin', 'key', 'secret', 'token', 'authorization']

it.each(SECRETS)(
  'hides %s as a field, in an address, in a query and in an address inside an address',
  (name) => {
    const { written, log } = collect()
    const query = `order_id=A1&${name}=5d41402a%2Fbc4b2a&qr_price=1.00`
    log.info({ [name]: '5d41402abc4b2a', query }, `GET https://shop.example.com/paid?${query}`)
    log.warn(
      { url: `/submit.php?return_url=${encodeURIComponent(`https://x.example/?${query}`)}` },
      'Refused.',
    )
    log.debug({ deep: encodeURIComponent(encodeURIComponent(`?${query}`)) }, '')
    log.error({ err: new Error(`no answer from /paid?${name.toUpperCase()}=5d41402a#bc4b2a`) }, 'A fault.')
    const text = written.join('')
    expect(text).not.toMatch(/5d41402a|bc4b2a/)
    expect(text.match(/order_id=A1/g)).toHaveLength(2)
    expect(text.match(/qr_price(=|%(25)?3D)1\.00/g)).toHaveLength(3)
  },
)

it('hides what stands in a header that a text quotes, and leaves words alone that only end alike', () => {
  const { written, log } = collect()
  log.info({ head: 'Authorization: Bearer sk_live_5d41402a' }, 'api_key=5d41402a&design=blue&monkeys=2')
  const text = written.join('')
  expect(text).not.toContain('5d41402a')
  expect(text).toContain('design=blue&monkeys=2')
})

it('takes no time over a long text without end', () => {
  const { log } = collect()
  const begun = performance.now()
  log.info({ text: 'a_'.repeat(50_000), path: '25'.repeat(50_000) }, 'x'.repeat(100_000))
  expect(performance.now() - begun).toBeLessThan(3_000)
})

it('reduces an error to type, code, message, stack and cause, without what a driver hangs on it', () => {
  const { written, log } = collect()
  const cause = Object.assign(new Error('Duplicate'), {
    code: 'ER_DUP_ENTRY',
    sql: 'insert hidden',
    parameters: ['hidden'],
  })
  log.error({ err: new Error('The write failed.', { cause }) }, 'A fault.')
  const { err } = first(written) as { err: Record<string, unknown> }
  expect(err).toMatchObject({
    type: 'Error',
    message: 'The write failed.',
    cause: { code: 'ER_DUP_ENTRY', message: 'Duplicate' },
  })
  expect(written[0]).not.toContain('hidden')
})

it('keeps a line one line whatever a value contains', () => {
  const { written, log } = collect()
  log.info({ agent: 'x\r\n{"level":"error","msg":"forged"}\u001b[2J' }, 'first\nsecond')
  expect(written).toHaveLength(1)
  expect(written[0]?.trimEnd()).toMatch(/^[^\r\n\u001b]+$/)
})

it('survives a value that contains itself', () => {
  const { written, log } = collect()
  const loop: Record<string, unknown> = { amount: 10n }
  loop['self'] = loop
  log.info({ loop }, 'Round and round.')
  expect(written).toHaveLength(1)
})

it('says nothing below its level, and nothing at all when silent', () => {
  const { written, log } = collect('error')
  log.warn({}, 'no')
  const { written: none, log: silent } = collect('silent')
  silent.error({}, 'no')
  expect([...written, ...none]).toEqual([])
})
