import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'

describeOnEngines('the pages', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  beforeAll(async () => {
    shop = await openTestShop(engine, { shopName: '小店 <b>&"' })
    trade = await openTrade(shop)
    served = await serveShop(shop)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const get = (path: string, headers: Record<string, string> = {}) => sendRaw(served.url, path, { headers })

  it.each([
    '/app/../secret.txt',
    '/app/..%2fsecret.txt',
    '/app/%2e%2e/secret.txt',
    '/app/%2e%2e%2fsecret.txt',
    '/app/assets/../../secret.txt',
    '/app/assets/..%5c..%5csecret.txt',
    '/app/..%252fsecret.txt',
    '/app//../secret.txt',
    '/app/%00',
    '/app/index.html%00.png',
    '/app//etc/passwd',
    '/app/assets',
    '/app/assets/',
    '/app/',
    '/app/assets/main-abc123.js.map',
    '/app/assets/main-abc123.js.map/',
    '/app/assets/main-abc123.js.MAP',
    '/.env',
    '/.git/config',
    '/package.json',
    '/data/shop.db',
    '/assets/main-abc123.js',
  ])('%s is not found', async (path) => {
    const { status, text } = await get(path)
    expect([400, 404]).toContain(status)
    expect(text).not.toMatch(/the secret beside|secret\.ts|root:/)
  })

  it('keep hashed files for a year and ask for everything else anew', async () => {
    const script = await get('/app/assets/main-abc123.js')
    expect(script.status).toBe(200)
    expect(script.headers['content-type']).toContain('javascript')
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await get('/app/index.html')).headers['cache-control']).toBe('no-cache')
    expect((await get('/')).headers['cache-control']).toBe('no-cache')
  })

  it('tell developers where the document is, in both languages, also without a script', async () => {
    const { status, text, headers } = await get('/docs')
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache'])
    for (const [, address = ''] of text.matchAll(/href="(\/openapi[^"]*)"/g)) {
      const document = await get(address)
      expect([address, document.status]).toEqual([address, 200])
      expect(document.headers['content-type']).toContain('application/json')
      expect(JSON.parse(document.text)).toMatchObject({ openapi: '3.1.0' })
    }
    expect(text).toContain('/openapi.zh-CN.json')
    expect(text).not.toContain('小店 <b>')
  })

  it('name shop, product and price for whoever shares the link, as text and never as HTML', async () => {
    expect((await get('/')).text).toContain('<title>小店 &lt;b&gt;&amp;&quot;</title>')
    const productId = await trade.addProduct({ name: '月卡 <img src=x>$&', priceCents: 990 })
    const { text } = await get(`/goods/${productId}`)
    expect(text).toContain('<title>月卡 &lt;img src=x&gt;$&amp; ¥9.90')
    expect(text).toContain('<meta property="og:title" content="月卡 &lt;img src=x&gt;$&amp; ¥9.90')
    expect(text).not.toMatch(/<img src=x|<b>/)
  })

  it('show an order’s amount and code without any script, and never the goods', async () => {
    const order = await trade.order(await trade.addProduct({ sharedText: 'the very goods' }))
    const open = await get(`/pay/${order.id}`)
    expect(open.headers['cache-control']).toBe('no-store')
    expect(open.text).toContain(`¥${(order.due_cents / 100).toFixed(2)}`)
    expect(open.text).toContain(`/api/orders/${order.id}/code.png`)
    await trade.pay(order)
    const paid = await get(`/pay/${order.id}`)
    expect(paid.text).toContain('delivered')
    expect(paid.text).not.toMatch(/the very goods|code\.png/)
  })

  it('lead the buyer of a merchant’s site back without any script, and only once it is paid', async () => {
    const merchant = await openMerchant(shop, { name: '网店 <i>&' })
    const { order } = await merchant.place({ returnUrl: 'https://shop.example.com/return?a="1' })
    const open = await get(`/pay/${order.id}`)
    expect(open.text).toContain('用支付宝扫一扫付款')
    expect(open.text).not.toContain('shop.example.com')
    await trade.pay(order)
    const { text } = await get(`/pay/${order.id}`)
    expect(text).toContain('返回网店 &lt;i&gt;&amp; / Back to 网店')
    expect(text).toMatch(/href="https:\/\/shop\.example\.com\/return\?[^"<>]*&amp;trade_status=TRADE_SUCCESS/)
    expect(text).not.toMatch(/<i>|http-equiv/)
  })

  it('say in the page itself that something is missing', async () => {
    for (const path of [`/goods/${'A'.repeat(21)}`, '/goods/<script>', `/pay/${'A'.repeat(21)}`, '/pay/%00'])
      expect((await get(path)).text).toMatch(/not found|Not Found|没有找到|^Bad/)
  })

  it('and everything else carry what keeps them from being framed, sniffed or run by others', async () => {
    const paths = [
      '/',
      '/app/assets/main-abc123.js',
      '/api/shop',
      '/api/nothing',
      '/nothing',
      '/openapi.json',
      '/addons/pay/api/notify',
    ]
    for (const path of paths) {
      const { headers } = await get(path)
      const policy = String(headers['content-security-policy'])
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
      for (const part of ["frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"])
        expect(policy).toContain(part)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      })
      for (const name of [
        'x-powered-by',
        'server',
        'access-control-allow-origin',
        'strict-transport-security',
      ])
        expect([path, name, headers[name]]).toEqual([path, name, undefined])
    }
  })

  it('answer TRACE and CONNECT-like methods with nothing', async () => {
    const { status, text } = await sendRaw(served.url, '/', {
      method: 'TRACE',
      headers: { 'X-Secret': 'abc' },
    })
    expect([status >= 400 && status < 502, text.includes('abc')]).toEqual([true, false])
  })

  it('describe products in markdown, without HTML, foreign pictures or dangerous links', async () => {
    const description = [
      '**bold** <script>alert(1)</script> <img src=x onerror=alert(1)>',
      '[bad](javascript:alert(1)) [data](data:text/html,x) [good](https://example.com)',
      '![tracker](https://evil.example/p.png) https://auto.example',
    ].join('\n\n')
    const productId = await trade.addProduct({ description })
    const { text } = await get(`/api/products/${productId}`)
    const html = (JSON.parse(text) as { descriptionHtml: string }).descriptionHtml
    expect(html).toContain('<strong>bold</strong>')
    expect(html).toContain(
      '<a href="https://example.com" rel="noopener noreferrer nofollow" target="_blank">',
    )
    expect(html).toContain('href="https://auto.example"')
    expect(html).not.toMatch(/<script|<img|href="(javascript|data):/i)
  })
})
