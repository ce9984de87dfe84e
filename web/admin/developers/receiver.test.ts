import { expect, it } from 'vitest'
import { receiverOf } from './receiver.ts'

it('tells a call to an endpoint from one to where its order said', () => {
  expect(receiverOf({ endpointId: 'E'.repeat(21) })).toBe('toEndpoint')
  expect(receiverOf({ endpointId: null })).toBe('toNotifyUrl')
})
