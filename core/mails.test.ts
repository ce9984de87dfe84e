import type { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createMailer } from '../com/email.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { startMailCatcher, type MailCatcher } from '../test/support/mail-catcher.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { listOpenAlerts } from './alerts.ts'
import { findGoods } from './delivery.ts'
import { runDueJobs } from './jobs.ts'
import { readMailStates, requestOrderLinks, resendGoods } from './mails.ts'
import type { Shop } from './shop.ts'

describeOnEngines('I6: the letter of a delivered order', (engine) => {
  let opened: TestShop
  let shop: Shop
  let trade: Trade
  let catcher: MailCatcher
  beforeAll(async () => {
    catcher = await startMailCatcher()
    opened = await openTestShop(engine, { publicUrl: 'https://shop.example' })
    trade = await openTrade(opened)
    shop = { ...opened, mail: createMailer({ smtpUrl: catcher.url, outboxDir: await newFolder() }) }
  })
  afterAll(async () => {
    shop.mail.close()
    await Promise.all([opened.close(), catcher.close()])
  })

  async function delivered(
    change: Parameters<Trade['addProduct']>[0] = {},
    wish: Parameters<Trade['place']>[1] = {},
  ) {
    const order = await trade.order(await trade.addProduct(change), wish)
    await trade.pay(order)
    return trade.read(order.id)
  }
  const mailOf = async (orderId: string) => (await readMailStates(shop, [orderId])).get(orderId)?.state
  const lettersTo = (address: string) => catcher.letters.filter(({ to }) => to.includes(address))
  const eventsOf = async (orderId: string) => {
    const rows = await shop.db
      .selectFrom('order_events')
      .select('kind')
      .where('order_id', '=', orderId)
      .orderBy('at')
      .orderBy('step')
      .execute()
    return rows.map(({ kind }) => kind).filter((kind) => kind.startsWith('mail'))
  }

  it('carries goods, note, amount, order number and its own link, in the buyer’s language', async () => {
    const product = { name: 'VPN <年卡>', sharedText: 'code <b>&"1"', purchaseNote: 'redeem within a year' }
    const order = await delivered(product, { locale: 'zh-CN' })
    await runDueJobs(shop, HANDLERS)
    const [letter] = lettersTo(order.email)
    expect(letter!.subject).toBe('您购买的 VPN <年卡> 已发货')
    const link = `https://shop.example/#/pay/${order.id}?key=${order.access_token}`
    for (const part of [
      'code <b>&"1"',
      'redeem within a year',
      '¥' + (order.due_cents / 100).toFixed(2),
      order.id,
      link,
    ])
      expect(letter!.text).toContain(part)
    expect(letter!.html).toContain('code &lt;b&gt;&amp;&quot;1&quot;')
    expect(letter!.html).not.toContain('<b>')
    expect(await mailOf(order.id)).toBe('sent')
  })

  it('reads its order together with those of other letters, each with its own goods', async () => {
    const keys = Array.from({ length: 6 }, (_, at) => `KEY-${at}`)
    const productId = await trade.addProduct({ deliveryKind: 'keys', purchaseNote: 'the note' }, keys)
    const orders: OrderRow[] = []
    for (const _ of keys) orders.push(await trade.order(productId))
    for (const order of orders) await trade.pay(order)
    const said = vi.spyOn(shop.database.kysely, 'executeQuery')
    await runDueJobs(shop, HANDLERS)
    const reads = (table: string) =>
      said.mock.calls.filter(([asked]) => new RegExp(`from .${table}\\b`).test((asked as CompiledQuery).sql))
    expect(reads('orders')).toHaveLength(1)
    expect(reads('products').length).toBeLessThan(2) // none when a page has read it this second
    said.mockRestore()
    for (const order of orders) {
      const goods = (await findGoods(shop, await trade.read(order.id))) ?? []
      const [letter, ...more] = lettersTo(order.email)
      expect([goods.length, more.length]).toEqual([1, 0])
      for (const part of [order.id, goods[0], 'the note']) expect(letter!.text).toContain(part)
    }
  })

  it('goes again with the same Message-ID when the server had refused it for now', async () => {
    const order = await delivered()
    const attempts = catcher.attempts()
    catcher.refuse(451, 2)
    await runDueJobs(shop, HANDLERS)
    expect([await mailOf(order.id), lettersTo(order.email).length]).toEqual(['waiting', 0])
    expect(await findGoods(shop, order)).toEqual(['thank you']) // the page does not wait for the letter
    opened.advance(73_000)
    await runDueJobs(shop, HANDLERS)
    opened.advance(145_000)
    await runDueJobs(shop, HANDLERS)
    const [job] = await shop.db.selectFrom('jobs').select('id').where('order_id', '=', order.id).execute()
    expect(lettersTo(order.email).map(({ messageId }) => messageId)).toEqual([`<${job!.id}@shop.example>`])
    expect(catcher.attempts() - attempts).toBe(3)
    expect([await mailOf(order.id), await eventsOf(order.id)]).toEqual([
      'sent',
      ['mail_failed', 'mail_failed', 'mail_sent'],
    ])
  })

  it('that was sent but not marked goes again with the same Message-ID, so that it can be told from a new one', async () => {
    const order = await delivered()
    let comeBack = (): void => undefined
    const dying: Shop = {
      ...shop,
      mail: {
        ...shop.mail,
        async send(letter) {
          await shop.mail.send(letter)
          await new Promise<void>((resolve) => (comeBack = resolve)) // accepted, and then the process dies
        },
      },
    }
    const died = runDueJobs(dying, HANDLERS)
    await expect.poll(() => lettersTo(order.email).length).toBe(1)
    opened.advance(151_000)
    await runDueJobs(shop, HANDLERS)
    comeBack()
    await died
    const ids = lettersTo(order.email).map(({ messageId }) => messageId)
    expect([ids.length, new Set(ids).size]).toEqual([2, 1])
    expect(await mailOf(order.id)).toBe('sent')
  })

  it('is visibly dead and alerts the seller when the server will never take it; the goods stay on the page', async () => {
    const order = await delivered()
    catcher.refuse(550, 1)
    await runDueJobs(shop, HANDLERS)
    expect([await mailOf(order.id), await eventsOf(order.id)]).toEqual(['dead', ['mail_dead']])
    const alerts = await listOpenAlerts(shop)
    expect(alerts.filter(({ kind, subject }) => kind === 'mail_dead' && subject === order.id)).toHaveLength(1)
    expect(await findGoods(shop, order)).toEqual(['thank you'])
  })

  it('sent again by hand is a letter of its own, for delivered orders only', async () => {
    const order = await delivered()
    await runDueJobs(shop, HANDLERS)
    opened.advance(1_000)
    await resendGoods(shop, order.id, SELLER.name)
    await runDueJobs(shop, HANDLERS)
    expect(new Set(lettersTo(order.email).map(({ messageId }) => messageId)).size).toBe(2)
    const pending = await trade.order(await trade.addProduct())
    await expect(resendGoods(shop, pending.id, 'buyer')).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('to look up orders goes to addresses that have some, once a minute, and to nobody else', async () => {
    const order = await trade.order(await trade.addProduct(), { email: 'known@example.com' })
    const before = catcher.attempts()
    for (let count = 0; count < 3; count += 1) await requestOrderLinks(shop, 'KNOWN@example.com', 'en')
    await requestOrderLinks(shop, 'unknown@example.com', 'en')
    await runDueJobs(shop, HANDLERS)
    const sent = lettersTo('known@example.com')
    expect(sent.length).toBeGreaterThanOrEqual(1)
    expect(sent.length).toBeLessThanOrEqual(2) // the minute may have turned in between
    expect(sent[0]!.text).toContain(`/#/pay/${order.id}?key=${order.access_token}`)
    expect(catcher.attempts() - before).toBe(sent.length)
  })

  it('to look up orders goes to each of two long addresses that differ only at their ends', async () => {
    const long = (end: string) => `${'long-name-'.repeat(6)}${end}@example.com`
    const addresses = [long('a'), long('b')]
    for (const email of addresses) await trade.order(await trade.addProduct(), { email })
    await Promise.all(addresses.map((email) => requestOrderLinks(shop, email, 'en')))
    await runDueJobs(shop, HANDLERS)
    expect(addresses.map((address) => lettersTo(address).length)).toEqual([1, 1])
  })
})
