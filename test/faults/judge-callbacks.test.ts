import { expect, it } from 'vitest'
import { findDouble } from './judge-callbacks.ts'
import type { Hearing } from './merchant-site.ts'

const news = { event: 'order.paid', orderId: 'one', body: '{}', isSigned: true }
/** @param end when its answer had left; undefined: never. */
const heard = (at: number, end?: number, status = 200, id = 'msg_1'): Hearing => ({
  ...{ ...news, id, at },
  answer: end === undefined ? null : { status, at: end },
})
const judge = (hearings: Hearing[], breaks: number[] = []) => [
  ...findDouble({ hostPort: 'shop', heard: hearings }, breaks),
]

it('finds one callback that is sent twice at the same time', () => {
  expect(judge([heard(1_000, 1_300), heard(1_100, 1_200)])).toEqual([
    'shop heard order.paid of one 1 times more while it was taking it',
  ])
  expect(judge([heard(1_000, 1_300), heard(1_100)])).toHaveLength(1)
})

it('has nothing against a second attempt after a failure, after a break, or after the till had waited', () => {
  expect(judge([heard(1_000, 1_300)])).toEqual([])
  expect(judge([heard(1_000, 1_300, 500), heard(6_000, 6_100)])).toEqual([])
  expect(judge([heard(1_000, 1_300), heard(1_100)], [1_050])).toEqual([])
  expect(judge([heard(1_000, 16_500), heard(16_000)])).toEqual([])
})

it('finds what is heard again after it was taken, unless something broke', () => {
  expect(judge([heard(1_000, 1_300), heard(2_000, 2_100)])).toHaveLength(1)
  expect(judge([heard(1_000, 1_300), heard(2_000, 2_100)], [1_500])).toEqual([])
  expect(judge([heard(1_000, 1_300), heard(2_000, 2_100, 200, 'msg_2')], [1_500])).toHaveLength(1)
})
