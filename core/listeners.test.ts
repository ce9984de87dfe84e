import { afterEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { listOpenAlerts } from './alerts.ts'
import { listListeners, noteListener } from './listeners.ts'

const HOME = '198.51.100.7'
const STRANGER = '203.0.113.66'

describeOnEngines('a listener that reports from a new address', (engine) => {
  let shop: TestShop
  afterEach(() => shop.close())

  async function open() {
    shop = await openTestShop(engine)
    const { id } = (await listListeners(shop))[0]!
    return {
      note: (kind: 'checked_at' | 'noticed_at', address: string) => noteListener(shop, id, kind, address),
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
})
