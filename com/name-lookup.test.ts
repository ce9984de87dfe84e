import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createCaller, type CallError } from './http.ts'
import { lookUp } from './name-lookup.ts'

const ANSWERED = { 'inner.example': ['127.0.0.1'], 'far.example': ['1.2.3.4', '2d00::1'] } as const
const [A, AAAA] = [1, 28]

/** A name server that knows two names, has never heard of `nobody.example`, and says nothing of any other. */
async function openNameServer() {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    asked.push(name)
    const known = (ANSWERED as Record<string, readonly string[]>)[name]
    if (!known && name !== 'nobody.example') return
    const found = (known ?? []).filter((address) => (isIPv4(address) ? A : AAAA) === type)
    socket.send(answer(query.subarray(0, end), found, known ? 0 : 3), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return { server: `127.0.0.1:${socket.address().port}`, asked }
}

function readQuestion(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** @param code 0, or 3: there is no such name. */
function answer(question: Buffer, addresses: readonly string[], code: number): Buffer {
  const head = Buffer.from(question)
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(addresses.length, 6)
  head.fill(0, 8, 12)
  const records = addresses.map((address) => {
    const bytes = isIPv4(address)
      ? Buffer.from(address.split('.').map(Number))
      : Buffer.from('2d000000000000000000000000000001', 'hex')
    const record = Buffer.from('c00c0000000100000000' + '0000', 'hex') // the name asked for, no time to live
    record.writeUInt16BE(isIPv4(address) ? A : AAAA, 2)
    record.writeUInt16BE(bytes.length, 10)
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([head, ...records])
}

const faultOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it was answered'),
    (error: CallError) => error,
  )
const get = (host: string) => ({ method: 'GET', url: `http://${host}/` }) as const

it('delays nobody for a name that its name server does not answer', async () => {
  const { server, asked } = await openNameServer()
  const caller = createCaller({ allow: [], nameServers: [server] })
  const silent = Array.from({ length: 16 }, (_, at) => faultOf(caller.call(get(`silent-${at}.example`))))
  await expect.poll(() => asked.length).toBeGreaterThanOrEqual(16)
  const known = await faultOf(caller.call(get('inner.example'))) // what it leads to was read, and judged
  expect(known).toMatchObject({ kind: 'forbidden', forGood: false })
  expect(known.tookMs).toBeLessThan(3_000)
  caller.close() // ends the questions too
  const ended = await Promise.all(silent)
  expect(new Set(ended.map(({ kind }) => kind))).toEqual(new Set(['closed']))
  expect(Math.max(...ended.map(({ tookMs }) => tookMs))).toBeLessThan(4_000)
})

it('finds every address of a name, to be judged each', async () => {
  const { server } = await openNameServer()
  const { signal } = new AbortController()
  expect(await lookUp({ host: 'far.example', allowed: false }, signal, [server])).toEqual([
    { address: '1.2.3.4', family: 4 },
    { address: '2d00::1', family: 6 },
  ])
})

it('says that there is no such name', async () => {
  const { server } = await openNameServer()
  const caller = createCaller({ allow: [], nameServers: [server] })
  expect(await faultOf(caller.call(get('nobody.example')))).toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining('ENOTFOUND'),
  })
})

it('gives up a name that is not answered in time, and stops asking', async () => {
  const { server } = await openNameServer()
  const caller = createCaller({ allow: [], timeoutMs: 300, nameServers: [server] })
  expect(await faultOf(caller.call(get('silent.example')))).toMatchObject({ kind: 'timeout' })
})

it('asks nobody about an address, and the machine itself about what the operator allows', async () => {
  const { server, asked } = await openNameServer()
  const { signal } = new AbortController()
  const found = (host: string, allowed: boolean) => lookUp({ host, allowed }, signal, [server])
  expect(await found('1.2.3.4', false)).toEqual([{ address: '1.2.3.4', family: 4 }])
  expect(await found('2d00::1', false)).toEqual([{ address: '2d00::1', family: 6 }])
  expect((await found('localhost', true)).length).toBeGreaterThan(0)
  expect(asked).toEqual([])
})
