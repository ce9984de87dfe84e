import { afterEach, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import * as contract from './contract/index.ts'

describeOnEngines('the address of who asks', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  afterEach(async () => {
    await served.close()
    await shop.close()
  })

  async function open(trustProxy: number): Promise<void> {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    served = await serveShop(shop, { trustProxy })
  }

  /** The address that an order is counted by. */
  async function addressOf(
    headers: Record<string, string>,
  ): Promise<[status: number, address: string | undefined]> {
    const productId = await trade.addProduct()
    const body = JSON.stringify({ productId, email: `a${Math.random()}@example.com`, channel: 'alipay' })
    const { status, text } = await sendRaw(served.url, '/api/orders', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    })
    if (status !== 201) return [status, undefined]
    const { id } = (JSON.parse(text) as { order: { id: string } }).order
    return [status, (await trade.read(id)).address]
  }

  it('is the connection’s own, whatever its headers claim, where no proxy is trusted', async () => {
    await open(0)
    for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'CF-Connecting-IP', 'X-Client-IP'])
      expect([name, ...(await addressOf({ [name]: '203.0.113.1' }))]).toEqual([name, 201, '127.0.0.1'])
  })

  it('is what our own proxy added, not what the visitor wrote before it', async () => {
    await open(1)
    const forwarded = (value: string) => addressOf({ 'X-Forwarded-For': value })
    expect(await forwarded('203.0.113.1')).toEqual([201, '203.0.113.1'])
    expect(await forwarded('1.1.1.1, 2.2.2.2, 203.0.113.2')).toEqual([201, '203.0.113.2'])
    expect(await forwarded('1.1.1.1, 2001:db8:5:6:7::8')).toEqual([201, '2001:db8:5:6::/64'])
    expect(await forwarded('::ffff:203.0.113.3')).toEqual([201, '203.0.113.3'])
  })

  it('counts two proxies of ours from the right', async () => {
    await open(2)
    expect(await addressOf({ 'X-Forwarded-For': '9.9.9.9, 203.0.113.4, 10.0.0.1' })).toEqual([
      201,
      '203.0.113.4',
    ])
  })

  it('is never anything but an address', async () => {
    await open(1)
    for (const value of ['unknown', 'x'.repeat(300), "1' or '1'='1", '999.1.1.1', '[2001:db8::1]:443', ''])
      expect([value, ...(await addressOf({ 'X-Forwarded-For': value }))]).toEqual([value, 201, '127.0.0.1'])
  })

  it('needs the set-up code as soon as anything stood in between, and none from this very machine', async () => {
    await open(0)
    const signIn = async (headers: Record<string, string>) => {
      const { status } = await sendRaw(served.url, contract.signIn.path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'admin', password: 'admin' }),
      })
      return status
    }
    for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via', 'X-Forwarded-Host'])
      expect([name, await signIn({ [name]: '127.0.0.1' })]).toEqual([name, 403])
    for (const Host of [
      'evil.example',
      'evil.example:8080',
      '127.0.0.1.evil.example',
      '192.168.1.5',
      'localhost.',
    ])
      expect([Host, await signIn({ Host })]).toEqual([Host, 403])
    for (const Host of ['localhost', '127.0.0.1:8080', '[::1]:8080'])
      expect([Host, await signIn({ Host })]).toEqual([Host, 200])
    expect(await signIn({})).toBe(200)
  })

  it('comes with https where the trusted proxy says so: cookies bound to the host, and HSTS', async () => {
    await open(1)
    const answer = await sendRaw(served.url, contract.signIn.path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-For': '203.0.113.8',
      },
      body: JSON.stringify({ name: 'admin', password: 'admin', setupCode: await codeOf(shop) }),
    })
    const [cookie] = answer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^__Host-qrtill_session=[\w-]{43}; path=\/; samesite=strict; secure; httponly$/i)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
    expect((JSON.parse(answer.text) as { plainHttp: boolean }).plainHttp).toBe(false)
  })

  it('comes with plain http where nobody is trusted, whatever the headers claim', async () => {
    await open(0)
    const answer = await sendRaw(served.url, contract.signIn.path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-Proto': 'https' },
      body: JSON.stringify({ name: 'admin', password: 'admin' }),
    })
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^qrtill_session=[\w-]{43}; path=\/; samesite=strict; httponly$/i,
    )
    expect(answer.headers['strict-transport-security']).toBeUndefined()
    expect((JSON.parse(answer.text) as { plainHttp: boolean }).plainHttp).toBe(true)
  })
})

async function codeOf(shop: TestShop): Promise<string> {
  const row = await shop.db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', 'setup_code')
    .executeTakeFirstOrThrow()
  return JSON.parse(row.value) as string
}
