import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { placeOrder, showOrder, signIn } from '../../api/contract/index.ts'
import { ask, get, signInAgain, signInAsSeller } from '../support/client.ts'
import { newFolder } from '../support/engines.ts'
import { followOrder } from '../support/events.ts'
import { phoneOf } from '../support/listener.ts'
import { alipayPayload } from '../support/pictures.ts'
import { freePort } from '../support/servers.js'
import { launchTill, startTill, type TillProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const LISTENER = fileURLToPath(new URL('../../dist/listener.js', import.meta.url))

const running: TillProcess[] = []
afterEach(() => Promise.all(running.splice(0).map((till) => till.end('SIGKILL'))))

function keep<T extends TillProcess>(till: T): T {
  running.push(till)
  return till
}

it('starts with no configuration at all and prints where it is, how to sign in and where the secret is', async () => {
  const folder = await newFolder()
  const till = keep(launchTill({}, folder))
  const [url] = await until(() => /http:\/\/[\w.:-]+/.exec(till.output()), 'the address in the output')
  const shop = await fetch(`${url}/api/shop`)
  expect(shop.status).toBe(200)
  expect(till.output()).toMatch(/admin/)
  expect(till.output()).toMatch(/listener\.json|secret|密钥/i)
  const mode = (await stat(join(folder, 'data', 'listener.json'))).mode & 0o777
  expect(mode).toBe(0o600)
})

it('lets admin / admin in once, and never again once a password was chosen', async () => {
  const till = keep(await startTill())
  await signInAsSeller(till.url)
  const again = await ask(till.url, signIn, { body: { name: 'admin', password: 'admin' } })
  expect([again.status, again.error?.code]).toEqual([401, 'wrong_credentials'])
  await signInAgain(till.url)
})

it('names every wrong setting and no value, and ends with code 78', async () => {
  const wrong = {
    PORT: 'eighty-one',
    LISTENER_SECRET: '123456',
    DATABASE_URL: 'oracle://scott:tiger@db/x',
    ORDER_LIMITS: 'plenty',
  }
  const till = keep(launchTill(wrong, await newFolder()))
  expect((await till.exited).code).toBe(78)
  for (const [name, value] of Object.entries(wrong)) {
    expect(till.output()).toContain(name)
    expect(till.output()).not.toContain(value)
  }
  expect(till.output()).not.toContain('tiger')
})

it('leaves a folder to the till that has it, ends with code 78, and takes it at once when that was killed', async () => {
  const first = keep(await startTill())
  const target = await readFile(join(first.dataDir, 'listener.json'), 'utf8')
  const second = keep(launchTill({ PORT: String(await freePort()), DATA_DIR: first.dataDir }, first.dataDir))
  expect((await second.exited).code).toBe(78)
  const { port } = new URL(first.url)
  expect(second.output()).toContain(`（进程 ${first.pid}，端口 ${port}）`)
  expect(second.output()).toContain(`(pid ${first.pid}, port ${port})`)
  expect(await readFile(join(first.dataDir, 'listener.json'), 'utf8')).toBe(target)

  await first.end('SIGKILL')
  const begun = performance.now()
  keep(await startTill({ DATA_DIR: first.dataDir }))
  expect(performance.now() - begun).toBeLessThan(8_000) // it would wait ten seconds for one that lives
})

it('ends in order within ten seconds of SIGTERM while a page follows an order', async () => {
  const till = keep(await startTill())
  const seller = await signInAsSeller(till.url)
  const product = await seller.addProduct()
  await seller.addCode(alipayPayload(5), null)
  const { order } = await get(till.url, placeOrder, {
    body: { productId: product, email: 'buyer@example.com', channel: 'alipay' },
  })
  const events = await followOrder(till.url, order.id)
  await until(() => events.states.includes('pending'), 'the stream')

  const begun = performance.now()
  const exit = await till.end('SIGTERM')
  await events.ended
  expect(exit).toEqual({ code: 0, signal: null })
  expect(performance.now() - begun).toBeLessThan(10_000)
})

it('knows its orders and its secret after the next start', async () => {
  const before = keep(await startTill())
  const seller = await signInAsSeller(before.url)
  const product = await seller.addProduct()
  await seller.addCode(alipayPayload(6), null)
  const { order, buyerToken } = await get(before.url, placeOrder, {
    body: { productId: product, email: 'buyer@example.com', channel: 'alipay' },
  })
  const { secret } = await phoneOf(before)
  await before.end('SIGTERM')

  const after = keep(await startTill({ DATA_DIR: before.dataDir }))
  const headers = { 'X-Buyer-Token': buyerToken }
  const shown = await get(after.url, showOrder, { params: { id: order.id }, headers })
  expect([shown.state, shown.dueCents, shown.expiresAt]).toEqual(['pending', order.dueCents, order.expiresAt])
  expect((await phoneOf(after)).secret).toBe(secret)
})

it('has a phone for the terminal that checks its configuration and reports money', async () => {
  const till = keep(await startTill())
  const run = (words: string[]) => runListener(words, till.dataDir)

  const checked = await run(['check'])
  expect(JSON.parse(checked.stdout)).toEqual({ code: 1, msg: '配置成功!', data: '', url: '', wait: 3 })
  expect(checked.code).toBe(0)
  const pushed = await run(['push', '0.99', 'alipay'])
  expect(JSON.parse(pushed.stdout)).toMatchObject({ code: 1, data: '', url: '', wait: 3 })
  expect([pushed.code, pushed.stdout.trim().split('\n')]).toEqual([0, [expect.any(String)]])
  const forged = await run(['push', '0.99', 'alipay', '--secret', 'another secret entirely'])
  expect([forged.code, JSON.parse(forged.stdout).code]).toEqual([1, 0])
  const dashed = await run(['push', '0.99', 'alipay', '--secret', '-another secret entirely'])
  expect([dashed.code, JSON.parse(dashed.stdout).code]).toEqual([1, 0])
  const wrong = await run(['pull'])
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('Usage')
  await till.end('SIGTERM')
  const alone = await run(['check'])
  expect(alone.code).toBe(2)
  expect(alone.stderr).toContain('is the till running')
  const lost = await runListener(['check'], await newFolder())
  expect(lost.code).toBe(2)
  expect(lost.stderr).toContain('listener.json')
})

function runListener(words: string[], dataDir: string) {
  const env = { PATH: process.env.PATH ?? '', DATA_DIR: dataDir }
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [LISTENER, ...words], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
