import { describe, expect, it } from 'vitest'
import { loadConfig, SETTINGS } from './config.ts'

function refusal(env: Record<string, string>): string {
  try {
    loadConfig(env)
  } catch (cause) {
    return (cause as Error).message
  }
  return ''
}

describe('the configuration', () => {
  it('needs nothing: everything has a default or is decided elsewhere', () => {
    expect(loadConfig({})).toStrictEqual({
      port: undefined,
      host: undefined,
      publicUrl: undefined,
      databaseUrl: 'sqlite:data/shop.db',
      redisUrl: undefined,
      smtpUrl: undefined,
      mailFrom: undefined,
      dataDir: './data',
      listenerSecret: undefined,
      adminPassword: undefined,
      trustProxy: 0,
      orderTtlMs: undefined,
      lateAcceptMs: undefined,
      slotHoldMs: undefined,
      slotCoolMs: undefined,
      slotRestMs: undefined,
      slotDepth: undefined,
      startupGraceMs: undefined,
      orderLimits: undefined,
      badSignLimit: { limit: 30, windowMs: 60_000 },
      mailScheduleMs: [
        0, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 18_000_000, 36_000_000,
        86_400_000,
      ],
      callbackScheduleMs: [
        0, 5_000, 30_000, 120_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 18_000_000, 36_000_000,
        50_400_000, 72_000_000, 86_400_000,
      ],
      callbackAllow: [],
      logLevel: 'info',
    })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(Object.fromEntries(SETTINGS.map(({ name }) => [name, ''])))).toStrictEqual(
      loadConfig({}),
    )
  })

  it('reads every variable from its own example', () => {
    const config = loadConfig(Object.fromEntries(SETTINGS.map(({ name, example }) => [name, example])))
    expect(config).toMatchObject({
      port: 8080,
      publicUrl: 'https://pay.example.com',
      trustProxy: 1,
      orderTtlMs: 300_000,
      slotDepth: 10,
      orderLimits: { perAddress: 60, windowMs: 300_000, openOrders: 2 },
    })
  })

  it('keeps the database in the data folder unless told otherwise', () => {
    expect(loadConfig({ DATA_DIR: '/var/lib/qrtill' }).databaseUrl).toBe('sqlite:/var/lib/qrtill/shop.db')
  })

  it('cannot be changed afterwards', () => {
    const config = loadConfig({ ORDER_LIMITS: '60/300,2', CALLBACK_ALLOW: 'shop.lan:80' })
    expect([config, ...Object.values(config)].every(Object.isFrozen)).toBe(true)
  })

  it('lets callbacks through to each host and port of CALLBACK_ALLOW, however it is spelled', () => {
    const text = '127.0.0.1:8080, Shop.LAN.:080,[0:0:0:0:0:0:0:1]:443,127.1:65535,商店.example:80'
    expect(loadConfig({ CALLBACK_ALLOW: text }).callbackAllow).toEqual([
      '127.0.0.1:8080',
      'shop.lan:80',
      '[::1]:443',
      '127.0.0.1:65535',
      'xn--czrs0t.example:80',
    ])
  })

  it.each([
    ['0', { perAddress: 0, windowMs: 0, openOrders: 0 }],
    ['0,2', { perAddress: 0, windowMs: 0, openOrders: 2 }],
    ['60/300,0', { perAddress: 60, windowMs: 300_000, openOrders: 0 }],
    ['5/10,1', { perAddress: 5, windowMs: 10_000, openOrders: 1 }],
  ])('reads ORDER_LIMITS %s', (text, limits) => {
    expect(loadConfig({ ORDER_LIMITS: text }).orderLimits).toEqual(limits)
  })

  it('lets every window be nothing, but never the time to pay', () => {
    expect(loadConfig({ SLOT_REST_S: '0', STARTUP_GRACE_S: '0' })).toMatchObject({
      slotRestMs: 0,
      startupGraceMs: 0,
    })
    expect(refusal({ ORDER_TTL_S: '0' })).toContain('ORDER_TTL_S')
  })

  it('wants a path after sqlite:', () => {
    expect(refusal({ DATABASE_URL: 'sqlite:' })).toContain('DATABASE_URL')
  })

  it('names every wrong variable at once, one line each', () => {
    const message = refusal({
      PORT: '0',
      TRUST_PROXY: '11',
      REDIS_URL: 'http://x',
      SLOT_DEPTH: '1001',
      HOST: '0.0.0.0',
    })
    const named = message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(':')[0])
    expect(named).toEqual(['PORT', 'REDIS_URL', 'TRUST_PROXY', 'SLOT_DEPTH'])
  })

  it.each([
    ['PORT', '80wrong'],
    ['PORT', '65536'],
    ['HOST', 'two words'],
    ['PUBLIC_URL', 'ftp://pay.hidden.example'],
    ['PUBLIC_URL', 'https://pay.hidden.example/shop'],
    ['PUBLIC_URL', 'https://user:hidden@pay.example'],
    ['DATABASE_URL', 'postgres://user:hidden@db/till'],
    ['DATABASE_URL', 'mysql://user:hidden@db'],
    ['DATABASE_URL', 'mysql://user:hid%den@db/till'],
    ['REDIS_URL', 'redis:hidden'],
    ['SMTP_URL', 'smtp://user:100%hidden@mail.example'],
    ['SMTP_URL', 'smtp://user:hidden@'],
    ['MAIL_FROM', 'Hidden shop'],
    ['MAIL_FROM', 'a@hidden.example, b@hidden.example'],
    ['LISTENER_SECRET', 'fifteen-hidden!'],
    ['LISTENER_SECRET', 'aaaaaaaaaaaaaaaaaaaa'],
    ['LISTENER_SECRET', 'ChangeMeChangeMe'],
    ['ADMIN_PASSWORD', 'hidden7'],
    ['TRUST_PROXY', '-1'],
    ['LATE_ACCEPT_S', '1.5'],
    ['SLOT_HOLD_S', '1e3'],
    ['ORDER_LIMITS', '60/0,2'],
    ['ORDER_LIMITS', '60,2'],
    ['BAD_SIGN_LIMIT', '0/77'],
    ['MAIL_SCHEDULE_S', '0,5,soon'],
    ['CALLBACK_SCHEDULE_S', '5;10'],
    ['CALLBACK_ALLOW', 'hidden.example'],
    ['CALLBACK_ALLOW', 'hidden.example:0'],
    ['CALLBACK_ALLOW', 'hidden.example:65536'],
    ['CALLBACK_ALLOW', 'http://hidden.example:80'],
    ['CALLBACK_ALLOW', 'user@hidden.example:80'],
    ['CALLBACK_ALLOW', 'hidden.example:80,,'],
    ['CALLBACK_ALLOW', 'hidden.example:80/path'],
    ['CALLBACK_ALLOW', '*.hidden.example:80'],
    ['CALLBACK_ALLOW', '::1:8080'],
    ['CALLBACK_ALLOW', '[hidden]:8080'],
    ['LOG_LEVEL', 'chatty'],
  ])('refuses %s=%s by its name and never repeats the value', (name, value) => {
    const message = refusal({ [name]: value })
    expect(message).toMatch(new RegExp(`^The configuration cannot be used:\\n  ${name}: [^\\n]+$`))
    expect(message).not.toContain(value)
    expect(message).not.toMatch(/hidden/i)
  })

  it('says in both languages what each variable means', () => {
    for (const { en, zh, example, default: fallback } of SETTINGS) {
      expect([example, fallback].every((text) => text !== '')).toBe(true)
      expect(en).toMatch(/^[\x20-\x7e]+[.]$/)
      expect(zh).toMatch(/\p{Script=Han}.*。$/u)
    }
  })
})
