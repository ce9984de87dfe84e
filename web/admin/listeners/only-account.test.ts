import { expect, it } from 'vitest'
import type { AccountView } from '../../../api/contract/admin-codes.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { onlyAccountOn } from './only-account.ts'

const account = (id: string, channel: Channel, enabled = true) => ({ id, channel, enabled }) as AccountView

it('chooses the only account of a channel for a new device', () => {
  const accounts = [account('w', 'wechat'), account('a', 'alipay'), account('old', 'alipay', false)]
  expect([onlyAccountOn(accounts, 'wechat'), onlyAccountOn(accounts, 'alipay')]).toEqual(['w', 'a'])
})

it('leaves the choice to the seller where there are several, and where there is none in use', () => {
  expect(onlyAccountOn([account('a', 'alipay'), account('b', 'alipay')], 'alipay')).toBe('')
  expect(onlyAccountOn([account('a', 'alipay', false)], 'alipay')).toBe('')
  expect(onlyAccountOn([account('a', 'alipay')], 'wechat')).toBe('')
})
