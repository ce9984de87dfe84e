import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as fake from '../test/support/fake-till.ts'
import { heartbeatQuery, reportQuery } from './sign.ts'
import { connectTill, type Clock } from './till.ts'

const SECRET = 'the secret of the phone 01'

describe('a signature', () => {
  it('covers every field of a report, in the protocol’s order', () => {
    const report = {
      price: '0.99',
      type: 'alipay',
      t: 1_795_000_000_000,
      seen: 1_794_999_990_000,
      nonce: 'n',
    } as const
    const expected = createHmac('sha256', SECRET)
      .update('v2|0.99|alipay|1795000000000|1794999990000|n')
      .digest('hex')
    expect(reportQuery(report, SECRET).get('sign2')).toBe(expected)
    expect([...reportQuery(report, SECRET).keys()]).toEqual(['price', 'type', 't', 'seen', 'nonce', 'sign2'])
  })

  it('covers the time of a heartbeat', () => {
    const expected = createHmac('sha256', SECRET).update('v2|heartbeat|1795000000000').digest('hex')
    expect([...heartbeatQuery(1_795_000_000_000, SECRET)]).toEqual([
      ['t', '1795000000000'],
      ['sign2', expected],
    ])
  })
})

describe('what answers', () => {
  let till: fake.FakeTill
  beforeEach(async () => {
    till = await fake.openFakeTill(SECRET)
  })
  afterEach(() => till.close())

  const money = { price: '0.01', type: 'wechat', nonce: 'n1', seen: 1_795_000_000_000 } as const
  const connect = (secret = SECRET, clock?: Clock) => connectTill(till.address, secret, 'test', clock)

  it('is the till only when it speaks the till’s protocol with status 200', async () => {
    expect(await connect().report(money)).toEqual({ kind: 'till', code: 1, msg: '收款处理成功!' })
    expect(await connect('another secret entirely').report(money)).toMatchObject({ kind: 'till', code: 0 })
    const { captivePortal, politePortal, brokenProxy, elsewhere, cutOff, mute } = fake
    for (const way of [captivePortal, politePortal, brokenProxy, elsewhere, cutOff, mute]) {
      till.behave(way)
      expect(await connect().report(money), String(way)).toMatchObject({ kind: 'unreachable' })
    }
    till.behave((_, response) => void response.end('x'.repeat(100_000)))
    expect(await connect().beat()).toMatchObject({ kind: 'unreachable' })
    await till.close()
    expect(await connect().beat()).toMatchObject({ kind: 'unreachable' })
  })

  it('tells the time: a clock that is ten minutes off is corrected before the first report', async () => {
    const off = 600_000
    const clock = { now: () => Date.now() - off, elapsed: () => performance.now() }
    await connect(SECRET, clock).report(money)
    const [report] = till.reports
    expect(Math.abs(report!.t - Date.now())).toBeLessThan(2_000)
    expect(report!.seen).toBe(money.seen)
    expect(till.beats.map((t) => Math.abs(t - Date.now()) > 500_000)).toEqual([true, false])
  })

  it('does not move a clock that may be right', async () => {
    const phone = connect()
    await phone.beat()
    expect(phone.offset()).toBe(0)
  })

  it('is asked for the time again when the phone’s clock was set right meanwhile', async () => {
    let off = 600_000
    const clock = { now: () => Date.now() - off, elapsed: () => performance.now() }
    const phone = connect(SECRET, clock)
    await phone.beat()
    expect(phone.offset()).toBeGreaterThan(598_000)
    off = 0
    expect(phone.offset()).toBeUndefined()
    await phone.report(money)
    expect(Math.abs(till.reports[0]!.t - Date.now())).toBeLessThan(2_000)
  })
})
