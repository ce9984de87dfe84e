import { afterEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { listOpenAlerts, markAlertsSeen } from './alerts.ts'
import { SELLER } from '../test/support/trade.ts'
import { addListener, changeListener, listListeners } from './listeners.ts'
import { listAddresses, noteListener } from './signs-of-life.ts'

const HOME = '198.51.100.7'
const STRANGER = '203.0.113.66'

describeOnEngines('a listener that reports from a new address', (engine) => {
  let shop: TestShop
  afterEach(() => shop.close())

  async function open() {
    shop = await openTestShop(engine)
    const { id } = (await listListeners(shop))[0]!
    return {
      id,
      note: (kind: 'checked_at' | 'noticed_at', address: string) => noteListener(shop, id, kind, { address }),
      read: async () => (await listListeners(shop))[0]!,
      subjects: async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject]),
    }
  }
  const alert = [['listener_new_address', STRANGER]]

  it('is told of once, and not with its first report', async () => {
    const { note, subjects } = await open()
    await note('noticed_at', HOME)
    await note('noticed_at', HOME)
    expect(await subjects()).toEqual([])
    await note('noticed_at', STRANGER)
    await note('noticed_at', STRANGER)
    expect(await subjects()).toEqual(alert)
  })

  it('is told of also when it checked its configuration from there first', async () => {
    const { note, read, subjects } = await open()
    await note('noticed_at', HOME)
    shop.advance(60_000)
    await note('checked_at', STRANGER)
    expect((await read()).last_address).toBe(HOME)
    expect((await read()).checked_at).not.toBeNull()
    await note('noticed_at', STRANGER)
    expect(await subjects()).toEqual(alert)
  })

  it('shows the address of its check until it has reported money', async () => {
    const { note, read } = await open()
    await note('checked_at', STRANGER)
    await note('checked_at', HOME)
    expect((await read()).last_address).toBe(HOME)
  })

  it('is told of once for each address: phones go back and forth between networks', async () => {
    const { note, subjects } = await open()
    for (const address of [HOME, STRANGER, HOME, STRANGER]) {
      await note('noticed_at', address)
      shop.advance(3_600_000)
    }
    await markAlertsSeen(shop)
    for (const address of [HOME, STRANGER]) await note('noticed_at', address)
    expect(await subjects()).toEqual([])
  })

  it('counts as the same within the network that one customer is given', async () => {
    const { note, subjects } = await open()
    await note('noticed_at', '2001:db8:1:2::1')
    await note('noticed_at', '2001:db8:1:2:ffff::7')
    expect(await subjects()).toEqual([])
    await note('noticed_at', '2001:db8:1:3::1')
    expect(await subjects()).toEqual([['listener_new_address', '2001:db8:1:3::1']])
  })

  it('is remembered with the latest twenty', async () => {
    const { note, id } = await open()
    for (let last = 1; last <= 25; last += 1) {
      await note('noticed_at', `198.51.100.${last}`)
      shop.advance(1_000)
    }
    const networks = (await listAddresses(shop, id)).map(({ network }) => network)
    expect([networks.length, networks[0], networks.at(-1)]).toEqual([20, '198.51.100.25', '198.51.100.6'])
  })
})

describeOnEngines('a listener that is changed', (engine) => {
  let shop: TestShop
  afterEach(() => shop.close())

  it('is on record with its accounts, before and after', async () => {
    shop = await openTestShop(engine)
    const { id, accountIds } = (await listListeners(shop))[0]!
    const [kept = ''] = accountIds
    await changeListener(shop, id, { name: '手机', enabled: true, accountIds: [kept] }, SELLER)
    const entry = await shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('action', '=', 'listeners.change')
      .executeTakeFirstOrThrow()
    const idsIn = (value: string) => (JSON.parse(value) as { accountIds: string[] }).accountIds
    expect(idsIn(entry.before_value)).toEqual(accountIds)
    expect(idsIn(entry.after_value)).toEqual([kept])
  })

  it('is bound to no more than is kept', async () => {
    shop = await openTestShop(engine)
    const input = { name: 'long', enabled: true, accountIds: [] }
    const longest = (count: number) =>
      Array.from({ length: count }, (_, at) => `2001:0db8:0000:0000:0000:0000:255.255.255.${100 + at}/128`)
    const tooLong = { ...input, boundTo: longest(20) }
    await expect(addListener(shop, tooLong, SELLER)).rejects.toMatchObject({ code: 'bad_input' })
    const { bound_to } = await addListener(shop, { ...input, boundTo: longest(19) }, SELLER)
    expect(JSON.parse(bound_to)).toEqual(longest(19))
  })
})
