import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openRawSite } from '../test/support/site.ts'
import type { Site } from '../test/support/site.ts'
import { until } from '../test/support/until.ts'
import { createCaller } from './http.ts'
import type { CallError } from './http.ts'

async function refusalOf(site: Site, path = '/', timeoutMs = 5_000): Promise<CallError> {
  const caller = createCaller({ allow: [site.hostPort], timeoutMs })
  return caller.call({ method: 'GET', url: `http://${site.hostPort}${path}` }).then(
    (got) => expect.fail(`answered ${got.status}`),
    (error: CallError) => error,
  )
}

describe('a call that gets no answer says why', () => {
  it('unreachable: no such name', async () => {
    const caller = createCaller({ allow: [] })
    await expect(caller.call({ method: 'GET', url: 'http://shop.invalid/' })).rejects.toMatchObject({
      kind: 'unreachable',
    })
  })

  it('unreachable: nobody listens', async () => {
    const allow = ['127.0.0.1:1']
    await expect(
      createCaller({ allow }).call({ method: 'GET', url: 'http://127.0.0.1:1/' }),
    ).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })

  it.each([
    ['hangs up at once', ''],
    ['hangs up in its head', 'HTTP/1.1 200 OK\r\nX-One: 1'],
    ['hangs up in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsuccess'],
    ['hangs up between chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nsuccess\r\n'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['speaks TLS where it should not', '\x15\x03\x01\x00\x02\x02\x46'],
    ['counts wrong', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['breaks a line in its head', 'HTTP/1.1 200 OK\r\nX One: 1\r\n\r\n'],
    ['says its length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['changes the protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'],
    ['has too long a head', `HTTP/1.1 200 OK\r\n${`X-Flood: ${'x'.repeat(100)}\r\n`.repeat(200)}\r\n`],
  ])('protocol: the site %s', async (_what, answer) => {
    const site = await openRawSite((socket) => {
      socket.once('data', () => socket.end(answer, 'latin1'))
    })
    expect(await refusalOf(site)).toMatchObject({ kind: 'protocol' })
    await until(() => site.connections().open === 0, 'the end of the connection')
  })

  it('protocol: hints without end are not waited for', async () => {
    const site = await openRawSite((socket) => {
      socket.resume().write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20))
    })
    expect(await refusalOf(site)).toMatchObject({ kind: 'protocol' })
    await until(() => site.connections().open === 0, 'the end of the connection')
  })

  it('protocol: a head without end is not waited for', async () => {
    const site = await openRawSite((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const pour = () => {
        while (socket.writable && socket.write(`X-Flood: ${'x'.repeat(1_000)}\r\n`));
      }
      socket.on('drain', pour)
      pour()
    })
    expect(await refusalOf(site)).toMatchObject({ kind: 'protocol' })
  })

  it('protocol: the connection breaks in a body that has no other end', async () => {
    const site = await openRawSite((socket) => {
      socket.write('HTTP/1.0 200 OK\r\n\r\nsuc')
      setTimeout(() => socket.resetAndDestroy(), 100)
    })
    expect(await refusalOf(site)).toMatchObject({ kind: 'protocol' })
  })

  it('repeats neither the path nor the query, wherever it ended', async () => {
    const sites = [
      await openRawSite((socket) => socket.end('not HTTP')),
      await openRawSite(() => undefined),
      await openRawSite((socket) => socket.destroy()),
    ]
    const path = '/hidden-path?sign=hidden-sign'
    const errors: unknown[] = await Promise.all(sites.map((site) => refusalOf(site, path, 300)))
    const forbidden = createCaller({ allow: [] }).call({ method: 'GET', url: `http://127.0.0.1${path}` })
    errors.push(await forbidden.catch((error: unknown) => error))
    errors.push(await refusalOf(sites[0]!, `${path}#${'x'.repeat(9_000)}`))
    for (const error of errors) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hidden')
  })
})
