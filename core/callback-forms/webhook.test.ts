import { describe, expect, it } from 'vitest'
import type { CallbackRow } from '../../sql/schema.ts'
import { webhookForm, webhookSignature } from './webhook.ts'

describe('a signature of Standard Webhooks', () => {
  const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

  it('has the published value', () => {
    expect(webhookSignature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  it('takes the body as it is, character by character', () => {
    const body =
      '{"type":"order.paid","timestamp":"2026-11-22T12:00:00Z","data":{"trade_no":"2026112212000012345","amount":"1.00"}}'
    expect(webhookSignature(`whsec_${secret}`, 'msg_01', 1795348800, body)).toBe(
      'v1,Cp/tlrTn9YgLTHOu5Wz7abCNRjhkqd6ppcxcbbPddCQ=',
    )
  })
})

describe('a webhook', () => {
  const callback = { id: 'msg_1', url: 'https://shop.example.com/hook', body: '{"a":1}' } as CallbackRow
  const written = (now: number) => webhookForm.write({ callback, keys: [], method: 'GET', now })

  it('is a POST of JSON with one number, and the second of each attempt, on every attempt', () => {
    const [first, second] = [written(1_000_999), written(61_000_000)]
    expect(first).toMatchObject({
      method: 'POST',
      url: callback.url,
      body: callback.body,
      headers: { 'Content-Type': 'application/json', 'webhook-id': 'msg_1', 'webhook-timestamp': '1000' },
    })
    expect(second.headers).toMatchObject({ 'webhook-id': 'msg_1', 'webhook-timestamp': '61000' })
  })

  it('has arrived when the site answers any 2xx, whatever it says, and not with a redirect', () => {
    const verdicts = [200, 202, 204, 299, 199, 301, 302, 400, 410, 500].map((status) =>
      webhookForm.isSuccess({ status, body: 'error' }),
    )
    expect(verdicts).toEqual([true, true, true, true, false, false, false, false, false, false])
  })
})
