import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openRawSite, openSite } from '../test/support/site.ts'
import type { Site } from '../test/support/site.ts'
import { until } from '../test/support/until.ts'
import { createCaller } from './http.ts'
import type { CallError, OutgoingRequest } from './http.ts'

const KIB = 1024

function callerOf(site: Site, timeoutMs = 5_000) {
  const caller = createCaller({ allow: [site.hostPort], timeoutMs })
  onTestFinished(() => caller.close())
  return caller
}

function get(site: Site, path = '/'): OutgoingRequest {
  return { method: 'GET', url: `http://${site.hostPort}${path}` }
}

async function refusalOf(site: Site, timeoutMs?: number, request = get(site)): Promise<CallError> {
  const answer = callerOf(site, timeoutMs).call(request)
  return answer.then(
    (got) => expect.fail(`answered ${got.status}`),
    (error: CallError) => error,
  )
}

describe('a call', () => {
  it('asks for the path and the query as they are, and names itself', async () => {
    let asked: unknown
    const site = await openSite((request, response) => {
      asked = [request.method, request.url, request.headers]
      response.writeHead(200, { 'X-One': '1', 'Set-Cookie': ['a=1', 'b=2'] }).end('success')
    })
    const answer = await callerOf(site).call(get(site, '/notify.php?name=%E4%B8%AD+%2B&sign=ab#part'))
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-one': '1', 'set-cookie': 'a=1, b=2' },
      body: 'success',
    })
    expect(answer.tookMs).toBeGreaterThanOrEqual(0)
    expect(asked).toEqual([
      'GET',
      '/notify.php?name=%E4%B8%AD+%2B&sign=ab',
      {
        host: site.hostPort,
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'qrtill',
        connection: 'close',
      },
    ])
  })

  it('posts its body byte for byte with headers of its own, but under one name', async () => {
    let asked: unknown
    const site = await openSite((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { 'webhook-id': id, 'content-type': type, 'user-agent': agent } = request.headers
        const length = request.headers['content-length']
        asked = [request.method, id, type, agent, length, Buffer.concat(chunks).toString()]
        response.writeHead(204).end()
      })
    })
    const body = '{"名":"值"}'
    const headers = { 'Webhook-Id': 'msg_01', 'Content-Type': 'application/json', 'User-Agent': 'someone' }
    const answer = await callerOf(site).call({ ...get(site), method: 'POST', headers, body })
    expect(asked).toEqual(['POST', 'msg_01', 'application/json', 'qrtill', '13', body])
    expect(answer).toMatchObject({ status: 204, body: '' })
  })

  it.each([301, 302, 303, 307, 308])('takes a %i for the answer and goes nowhere else', async (status) => {
    const other = await openSite((_request, response) => response.end('followed'))
    const site = await openSite((_request, response) => {
      response.writeHead(status, { location: `http://${other.hostPort}/` }).end()
    })
    const caller = createCaller({ allow: [site.hostPort, other.hostPort] })
    expect(await caller.call(get(site))).toMatchObject({
      status,
      headers: { location: `http://${other.hostPort}/` },
    })
    expect(other.connections().all).toBe(0)
  })

  it.each([404, 410, 429, 500, 599])('takes a %i for an answer', async (status) => {
    const site = await openSite((_request, response) => response.writeHead(status).end('no'))
    expect(await callerOf(site).call(get(site))).toMatchObject({ status, body: 'no' })
  })

  it('passes over hints before the answer', async () => {
    const site = await openSite((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('success')
    })
    expect(await callerOf(site).call(get(site))).toMatchObject({ status: 200, body: 'success' })
  })

  it('reads 64 KiB to the last byte', async () => {
    const site = await openSite((_request, response) => response.end('x'.repeat(64 * KIB)))
    expect((await callerOf(site).call(get(site))).body).toHaveLength(64 * KIB)
  })

  it('reads no more than 64 KiB of an answer without end, and hangs up', async () => {
    const site = await openSite((_request, response) => {
      const pour = () => {
        while (response.writable && response.write('x'.repeat(10_000)));
      }
      response.on('drain', pour)
      pour()
    })
    const { status, body } = await callerOf(site).call(get(site))
    expect([status, body.length]).toEqual([200, 64 * KIB])
    await until(() => site.connections().open === 0, 'the end of the connection')
  })

  it('reads what is not UTF-8 as well as it can', async () => {
    const site = await openSite((_request, response) => response.end(Buffer.from([0x73, 0xff, 0xb3, 0x73])))
    expect((await callerOf(site).call(get(site))).body).toBe('s\ufffd\ufffds')
  })

  it('takes a connection of its own and leaves none behind', async () => {
    const site = await openSite((_request, response) => {
      response.writeHead(200, { connection: 'keep-alive' }).end('success')
    })
    const caller = callerOf(site)
    await caller.call(get(site))
    await caller.call(get(site))
    expect(site.connections().all).toBe(2)
    await until(() => site.connections().open === 0, 'the end of the connections')
  })

  it('tries the next address of a name when one refuses', async () => {
    const site = await openSite((_request, response) => response.end('success'))
    const name = `shop.example:${site.port}`
    const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }))
    const caller = createCaller({ allow: [name], resolve: async () => addresses })
    expect(await caller.call({ method: 'GET', url: `http://${name}/` })).toMatchObject({ body: 'success' })
  })
})

describe('a call ends in time', () => {
  const drip = (first: string) => (socket: Socket) => {
    socket.resume().write(first)
    const timer = setInterval(() => first && socket.write('x'), 20)
    onTestFinished(() => clearInterval(timer))
  }

  it.each([
    ['accepts and says nothing', drip('')],
    ['drips its head', drip('HTTP/1.1 200 OK\r\nX-Slow: ')],
    ['drips its body', drip('HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n')],
    ['drips a chunk', drip('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n')],
    ['never ends its body', drip('HTTP/1.0 200 OK\r\n\r\n')],
  ])('with a site that %s', async (_what, onConnection) => {
    const site = await openRawSite(onConnection)
    const error = await refusalOf(site, 300)
    expect(error).toMatchObject({ name: 'CallError', kind: 'timeout' })
    expect(error.tookMs).toBeGreaterThanOrEqual(290)
    expect(error.tookMs).toBeLessThan(2_000)
    await until(() => site.connections().open === 0, 'the end of the connection')
  })

  it('with a site that never reads what it is sent', async () => {
    const site = await openRawSite((socket) => socket.pause())
    const body = 'x'.repeat(16 * KIB * KIB)
    expect(await refusalOf(site, 300, { ...get(site), method: 'POST', body })).toMatchObject({
      kind: 'timeout',
    })
  })

  it('with a site that never gets to TLS', async () => {
    const site = await openRawSite(() => undefined)
    const request: OutgoingRequest = { method: 'GET', url: `https://${site.hostPort}/` }
    expect(await refusalOf(site, 300, request)).toMatchObject({ kind: 'timeout' })
  })

  it('with a name that nobody answers for', async () => {
    const caller = createCaller({ allow: [], timeoutMs: 300, resolve: () => new Promise(() => undefined) })
    await expect(caller.call({ method: 'GET', url: 'http://shop.example/' })).rejects.toMatchObject({
      kind: 'timeout',
    })
  })

  it('after 10 seconds unless told otherwise, with a site that drips a byte a second', async () => {
    const site = await openSite((_request, response) => {
      const timer = setInterval(() => response.write('x'), 1_000)
      onTestFinished(() => clearInterval(timer))
    })
    const caller = createCaller({ allow: [site.hostPort] })
    const error = (await caller.call(get(site)).catch((cause: unknown) => cause)) as CallError
    expect(error).toMatchObject({ kind: 'timeout' })
    expect(error.tookMs).toBeGreaterThanOrEqual(9_990)
    expect(error.tookMs).toBeLessThan(11_000)
  })
})

describe('a caller that is closed', () => {
  it('ends what is under way, calls nobody any more, and says that it was itself', async () => {
    const site = await openRawSite((socket) => void socket.resume())
    const caller = createCaller({ allow: [site.hostPort] })
    const call = caller.call(get(site)).catch((error: unknown) => error)
    await until(() => site.connections().all === 1, 'the connection')
    caller.close()
    expect(await call).toMatchObject({ kind: 'closed' })
    await expect(caller.call(get(site))).rejects.toMatchObject({ kind: 'closed' })
    await until(() => site.connections().open === 0, 'the end of the connection')
    expect(site.connections().all).toBe(1)
  })
})
