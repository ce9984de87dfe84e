import { lookup } from 'node:dns/promises'
import tls from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CERTIFICATE, openRawSite, openSecureSite, openSite } from '../test/support/site.ts'
import { createCaller } from './http.ts'

const get = (url: string) => ({ method: 'GET', url }) as const
const leadsTo = (address: string) => async () => [{ address, family: address.includes(':') ? 6 : 4 }]
const success = () =>
  openSite((_request, response) => {
    response.end('success')
  })

describe('a call to what merchants may not reach', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://１２７.0.0.1/',
    'https://localhost/',
    'http://localhost./',
    'http://redis/',
    'http://shop.example:8080/',
    'http://a:b@shop.example/',
    'ftp://shop.example/',
    'shop.example',
    `http://shop.example/${'x'.repeat(8_192)}`,
  ])('ends before any name is looked up: %.60s', async (url) => {
    const resolve = vi.fn(leadsTo('2d00::1'))
    await expect(createCaller({ allow: [], resolve }).call(get(url))).rejects.toMatchObject({
      kind: 'forbidden',
      forGood: true,
    })
    expect(resolve).not.toHaveBeenCalled()
  })

  it.each(['http:', 'https:'])('is not made by %s when the name leads inside', async (protocol) => {
    const caller = createCaller({ allow: [], resolve: leadsTo('10.0.0.1') })
    await expect(caller.call(get(`${protocol}//shop.example/`))).rejects.toMatchObject({
      kind: 'forbidden',
      forGood: false, // the name may lead elsewhere tomorrow
      message: expect.stringContaining('private'),
    })
  })

  it('is judged anew each time: a name that was public and now leads inside', async () => {
    const answers = ['2d00::1', '127.0.0.1']
    const resolve = vi.fn(async () => leadsTo(answers.shift()!)())
    const caller = createCaller({ allow: [], timeoutMs: 300, resolve })
    const kinds = []
    for (const _turn of [1, 2])
      kinds.push(
        await caller.call(get('http://shop.example/')).catch((error) => (error as { kind: string }).kind),
      )
    expect(['unreachable', 'timeout']).toContain(kinds[0])
    expect(kinds[1]).toBe('forbidden')
    expect(resolve).toHaveBeenCalledTimes(2) // once a call: what was judged is what is connected to
  })

  it('goes by the machine’s own resolver, its hosts file included, where the operator allows it', async () => {
    const [own] = await lookup('localhost', { all: true, family: 4 })
    expect(own).toEqual({ address: '127.0.0.1', family: 4 })
    const site = await success()
    const caller = createCaller({ allow: [`localhost:${site.port}`] })
    expect(await caller.call(get(`http://localhost:${site.port}/`))).toMatchObject({ body: 'success' })
  })
})

describe('a host and port that the operator allows', () => {
  it('may be called wherever it leads, and on the address that was looked up', async () => {
    const site = await success()
    const name = `shop.example:${site.port}`
    const resolve = vi.fn(leadsTo('127.0.0.1'))
    const answer = await createCaller({ allow: [name], resolve }).call(get(`http://${name}/`))
    expect(answer).toMatchObject({ status: 200, body: 'success' })
    expect(resolve.mock.calls).toEqual([['shop.example']])
  })

  it('may be called by a name with a dot at its end, as itself', async () => {
    const hosts: unknown[] = []
    const site = await openSite((request, response) => {
      hosts.push(request.headers.host)
      response.end()
    })
    const name = `shop.example:${site.port}`
    await createCaller({ allow: [name], resolve: leadsTo('127.0.0.1') }).call(
      get(`http://shop.example.:${site.port}/`),
    )
    expect(hosts).toEqual([name])
  })

  it('opens nothing else of that machine, and no other name for it', async () => {
    const allowed = await success()
    const other = await success()
    const caller = createCaller({ allow: [allowed.hostPort], resolve: leadsTo('127.0.0.1') })
    for (const host of [
      other.hostPort,
      `localhost:${allowed.port}`,
      `127.0.0.2:${allowed.port}`,
      `shop.example:${allowed.port}`,
      'shop.example',
    ])
      await expect(caller.call(get(`http://${host}/`))).rejects.toMatchObject({ kind: 'forbidden' })
    expect([allowed, other].map((site) => site.connections().all)).toEqual([0, 0])
  })

  it('may be called by an address that became long with our parameters', async () => {
    const site = await success()
    const url = `http://${site.hostPort}/?param=${'x'.repeat(5_000)}`
    expect(await createCaller({ allow: [site.hostPort] }).call(get(url))).toMatchObject({ status: 200 })
  })
})

describe('a call by https', () => {
  /** As if an authority of the machine's had signed the site's certificate. */
  function trustTheSite(): void {
    const create = tls.createSecureContext
    const spy = vi.spyOn(tls, 'createSecureContext')
    spy.mockImplementation((options) => create({ ...options, ca: CERTIFICATE }))
    onTestFinished(() => spy.mockRestore())
  }

  const secureSite = () =>
    openSecureSite((request, response) => {
      response.end(
        `${request.headers.host} ${(request.socket as tls.TLSSocket & { servername: string }).servername}`,
      )
    })

  it('reaches whom a trusted certificate names, by name and by address', async () => {
    trustTheSite()
    const site = await secureSite()
    const name = `shop.example:${site.port}`
    const caller = createCaller({ allow: [name, site.hostPort], resolve: leadsTo('127.0.0.1') })
    expect(await caller.call(get(`https://${name}/`))).toMatchObject({ body: `${name} shop.example` })
    expect(await caller.call(get(`https://shop.example.:${site.port}/`))).toMatchObject({
      body: `${name} shop.example`,
    })
    expect(await caller.call(get(`https://${site.hostPort}/`))).toMatchObject({
      body: `${site.hostPort} false`,
    })
  })

  it('refuses a certificate that nobody vouches for, even if the environment would not', async () => {
    const site = await secureSite()
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(
      createCaller({ allow: [site.hostPort] }).call(get(`https://${site.hostPort}/`)),
    ).rejects.toMatchObject({ kind: 'tls', message: expect.stringContaining('SELF_SIGNED') })
  })

  it('is no matter of TLS any more once that is agreed', async () => {
    trustTheSite()
    const site = await openSecureSite((request) => request.socket.destroy())
    await expect(
      createCaller({ allow: [site.hostPort] }).call(get(`https://${site.hostPort}/`)),
    ).rejects.toMatchObject({ kind: 'protocol' })
  })

  it('refuses a certificate of somebody else', async () => {
    trustTheSite()
    const site = await secureSite()
    const name = `other.example:${site.port}`
    const caller = createCaller({ allow: [name], resolve: leadsTo('127.0.0.1') })
    await expect(caller.call(get(`https://${name}/`))).rejects.toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('ALTNAME'),
    })
  })

  it.each([
    ['speaks plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['hangs up', ''],
  ])('is a matter of TLS where the site %s', async (_what, answer) => {
    const site = await openRawSite((socket) => {
      socket.once('data', () => socket.end(answer))
    })
    await expect(
      createCaller({ allow: [site.hostPort] }).call(get(`https://${site.hostPort}/`)),
    ).rejects.toMatchObject({ kind: 'tls' })
  })
})
