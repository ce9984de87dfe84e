/** A site in PHP, which signs and checks by itself, before the real server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines, newFolder } from '../../test/support/engines.ts'
import { orderFields, runCallbacks, type Fields } from '../../test/support/epay-site.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { freePort, programs, track } from '../../test/support/servers.js'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'
import { until } from '../../test/support/until.ts'

const SITE = fileURLToPath(new URL('../../test/support/merchant.php', import.meta.url))

const RULES = ['sign_filled', 'sign_everything'] as const

describe.skipIf(!programs.php)('in PHP', () => {
  describeOnEngines('a site', (engine) => {
    let shop: TestShop
    let trade: Trade
    let merchant: TestMerchant
    let served: TestApp
    let host: string
    let file: string
    let env: Record<string, string>
    let site: ReturnType<typeof php>

    beforeAll(async () => {
      shop = await openTestShop(engine)
      trade = await openTrade(shop)
      merchant = await openMerchant(shop)
      host = `127.0.0.1:${await freePort()}`
      file = join(await newFolder(), 'notices')
      env = { MERCHANT_KEY: merchant.key, MERCHANT_FILE: file }
      served = await serveShop(shop, { callbackAllow: [host] })
      site = php(['-S', host, SITE])
      track(site)
      await until(() => fetch(`http://${host}/sign_filled`).catch(() => undefined), 'the site in PHP')
    })
    afterAll(async () => {
      site.kill()
      await once(site, 'exit')
      await served.close()
      await shop.close()
    })

    function php(words: readonly string[]) {
      return spawn(programs.php ?? '', words, { env: { ...process.env, ...env } })
    }

    async function ask(rule: string, path: string, fields: Fields) {
      const asking = php([SITE, rule, served.url + path])
      asking.stdin.end(JSON.stringify(fields))
      return JSON.parse(await readAll(asking.stdout)) as { head: string[]; body: string }
    }

    it.each(RULES)('that signs by %s has its order paid, and accepts what it is told', async (rule) => {
      const fields = orderFields(merchant, {
        notify_url: `http://${host}/${rule}`,
        name: rule === 'sign_filled' ? ` VIP会员 "+1&月'\\% ` : ` VIP会员 "+1&月'% `,
        param: 'uid=5&x=中 文%20+🙂',
        money: rule === 'sign_filled' ? '7.30' : '19.9',
      })
      const { head, body } = await ask(rule, '/mapi.php', fields)
      expect(head[0]).toBe('HTTP/1.1 200 OK')
      const { payurl, trade_no } = JSON.parse(body) as { payurl: string; trade_no: string }
      await trade.pay(await trade.read(payurl.slice(-21)))
      await runCallbacks(shop, host)
      const lines = (await readFile(file, 'utf8')).trim().split('\n')
      const notices = lines.map((line) => JSON.parse(line) as { accepted: boolean; fields: Fields })
      expect(notices.findLast((notice) => notice.fields.trade_no === trade_no)).toMatchObject({
        rule,
        accepted: true,
        fields: { money: fields.money, param: fields.param, name: `VIP会员 "+1&月'%`, type: 'alipay' },
      })
    })

    it('is sent on to the page of the order by submit.php', async () => {
      const { head } = await ask('sign_filled', '//submit.php', orderFields(merchant))
      expect(head[0]).toMatch(/ 302 /)
      expect(head.find((line) => /^location:/i.test(line))).toMatch(/\/pay\/[\w-]{21}$/)
    })

    it('with another key is refused', async () => {
      env.MERCHANT_KEY = `${merchant.key}x`
      const { body } = await ask('sign_filled', '/mapi.php', orderFields(merchant))
      expect(JSON.parse(body)).toMatchObject({ code: -3 })
    })
  })
})
