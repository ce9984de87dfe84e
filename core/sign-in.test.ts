import { afterEach, expect, it, vi } from 'vitest'
import { describeOnEngines, type TestEngine } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { SELLER } from '../test/support/trade.ts'
import {
  choosePassword,
  confirmPassword,
  dropOldSessions,
  findSession,
  findSetupCode,
  signIn,
  signOut,
  type SignInAttempt,
} from './sign-in.ts'
import { prepareShop } from './start.ts'

const GOOD = 'a good long password 42'
const DIRECT = { name: 'admin', password: 'admin', address: '127.0.0.1', direct: true }
const REMOTE = { ...DIRECT, address: '203.0.113.4', direct: false }
const refused = (code: string) => ({ code })

function shopOf(engine: TestEngine) {
  let shop: TestShop | undefined
  afterEach(async () => {
    vi.useRealTimers()
    await shop?.close()
  })
  return async (...rest: Parameters<typeof openTestShop> extends [unknown, ...infer R] ? R : never) =>
    (shop = await openTestShop(engine, ...rest))
}

async function withPassword(shop: TestShop) {
  const first = await signIn(shop, DIRECT)
  return choosePassword(shop, first, { next: GOOD }, SELLER)
}

describeOnEngines('the first sign-in', (engine) => {
  const open = shopOf(engine)

  it('takes admin / admin from this very machine, and the set-up code from anywhere else', async () => {
    const shop = await open()
    const code = await findSetupCode(shop)
    expect(code).toMatch(/^[\w-]{12}$/)
    for (const setupCode of [undefined, '', 'wrong', code!.slice(1)])
      await expect(signIn(shop, { ...REMOTE, setupCode })).rejects.toMatchObject(refused('setup_code_needed'))
    await expect(signIn(shop, { ...REMOTE, password: 'x', setupCode: code })).rejects.toMatchObject(
      refused('wrong_credentials'),
    )
    expect((await signIn(shop, { ...REMOTE, setupCode: ` ${code} ` })).admin.password_hash).toBeNull()
    expect((await signIn(shop, DIRECT)).admin.name).toBe('admin')
  })

  it('is over once a password was chosen: admin / admin and the code open nothing any more', async () => {
    const shop = await open()
    const setupCode = await findSetupCode(shop)
    const early = await signIn(shop, DIRECT)
    await withPassword(shop)
    expect(await findSetupCode(shop)).toBeUndefined()
    await expect(signIn(shop, DIRECT)).rejects.toMatchObject(refused('wrong_credentials'))
    await expect(signIn(shop, { ...REMOTE, setupCode })).rejects.toMatchObject(refused('wrong_credentials'))
    expect(await findSession(shop, early.token)).toBeUndefined()
  })

  it('lets one of two who choose at the same moment have it', async () => {
    const shop = await open()
    const [one, two] = [await signIn(shop, DIRECT), await signIn(shop, DIRECT)]
    const tries = await Promise.allSettled([
      choosePassword(shop, one, { next: `${GOOD} one` }, SELLER),
      choosePassword(shop, two, { next: `${GOOD} two` }, SELLER),
    ])
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('survives a restart: the same code, no second owner', async () => {
    const shop = await open()
    const code = await findSetupCode(shop)
    await prepareShop(shop, {})
    expect(await findSetupCode(shop)).toBe(code)
    expect(await shop.db.selectFrom('admins').select('id').execute()).toHaveLength(1)
  })
})

describeOnEngines('the password of the environment', (engine) => {
  const open = shopOf(engine)

  it('replaces the first sign-in and the set-up code, and is applied anew only when it changes', async () => {
    const shop = await open({}, { adminPassword: GOOD })
    expect(await findSetupCode(shop)).toBeUndefined()
    await expect(signIn(shop, DIRECT)).rejects.toMatchObject(refused('wrong_credentials'))
    const who = await signIn(shop, { ...REMOTE, password: GOOD })
    await choosePassword(shop, who, { current: GOOD, next: 'chosen in the console 1' }, SELLER)
    await prepareShop(shop, { adminPassword: GOOD })
    await signIn(shop, { ...REMOTE, password: 'chosen in the console 1' })
    await prepareShop(shop, { adminPassword: 'another from the environment' })
    await signIn(shop, { ...REMOTE, password: 'another from the environment' })
    await expect(signIn(shop, { ...REMOTE, password: GOOD })).rejects.toMatchObject(
      refused('wrong_credentials'),
    )
  })
})

describeOnEngines('a password', (engine) => {
  const open = shopOf(engine)

  it('is refused when it is short, common or the name, and the old one must be right to change it', async () => {
    const shop = await open()
    const first = await signIn(shop, DIRECT)
    for (const next of ['admin', '1234567', 'password', 'PASSWORD1', '88888888'])
      await expect(choosePassword(shop, first, { next }, SELLER)).rejects.toMatchObject(
        refused('weak_password'),
      )
    const who = await choosePassword(shop, first, { next: GOOD }, SELLER)
    for (const current of [undefined, '', 'wrong'])
      await expect(choosePassword(shop, who, { current, next: `${GOOD}!` }, SELLER)).rejects.toMatchObject(
        refused('wrong_credentials'),
      )
    await choosePassword(shop, who, { current: GOOD, next: `${GOOD}!` }, SELLER)
    await signIn(shop, { ...REMOTE, password: `${GOOD}!` })
  })

  it('ends every session when it is changed, and opens one with another secret', async () => {
    const shop = await open()
    const who = await withPassword(shop)
    const other = await signIn(shop, { ...REMOTE, password: GOOD })
    const next = await choosePassword(shop, who, { current: GOOD, next: `${GOOD}!` }, SELLER)
    expect(await findSession(shop, who.token)).toBeUndefined()
    expect(await findSession(shop, other.token)).toBeUndefined()
    expect((await findSession(shop, next.token))?.admin.name).toBe('admin')
    expect(new Set([who.token, other.token, next.token]).size).toBe(3)
    expect(next.session.csrf_token).not.toBe(who.session.csrf_token)
  })

  it('is wanted again in the same words whether the name or the password is wrong', async () => {
    const shop = await open()
    await withPassword(shop)
    const answer = (attempt: Partial<SignInAttempt>) =>
      signIn(shop, { ...REMOTE, ...attempt }).catch((error: unknown) => error)
    const unknown = await answer({ name: 'nobody', password: GOOD })
    const wrong = await answer({ password: 'wrong password' })
    expect(unknown).toMatchObject({ code: 'wrong_credentials', details: {} })
    expect(wrong).toEqual(unknown)
  })

  it('takes as long to refuse for a name that does not exist', async () => {
    const shop = await open()
    await withPassword(shop)
    const shortest = { admin: Number.POSITIVE_INFINITY, nobody: Number.POSITIVE_INFINITY }
    for (let count = 0; count < 16; count += 1) {
      const name = count % 2 ? 'admin' : 'nobody'
      const from = performance.now()
      await signIn(shop, { ...REMOTE, name, password: 'wrong password' }).catch(() => undefined)
      shortest[name] = Math.min(shortest[name], performance.now() - from)
    }
    expect(shortest.nobody).toBeGreaterThan(shortest.admin / 3) // without the same work it would be a tenth
  })

  it('can be guessed 20 times from one address in five minutes; the owner elsewhere is not locked out', async () => {
    const shop = await open()
    await withPassword(shop)
    const guess = (address: string) => signIn(shop, { ...REMOTE, address, password: 'a guess' })
    const codes = await Promise.all(
      Array.from({ length: 25 }, (_, at) =>
        guess(`2001:db8::${at}`).then(
          () => 'in',
          (error: { code: string }) => error.code,
        ),
      ),
    )
    expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(20)
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(5)
    await expect(signIn(shop, { ...REMOTE, address: '2001:db8::9', password: GOOD })).rejects.toMatchObject(
      refused('too_many_requests'),
    )
    await signIn(shop, { ...REMOTE, address: '198.51.100.1', password: GOOD })
  })

  it('is checked 100 times for one address in five minutes, under however many names', async () => {
    const shop = await open()
    await withPassword(shop)
    const guess = (name: string) =>
      signIn(shop, { ...REMOTE, name, password: 'a guess' }).catch(({ code }: { code: string }) => code)
    const codes = await Promise.all(Array.from({ length: 110 }, (_, at) => guess(`name ${at}`)))
    expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(100)
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(10)
    await signIn(shop, { ...REMOTE, address: '198.51.100.1', password: GOOD })
  })

  it('is kept as an argon2id hash, and the session’s secret as a hash too', async () => {
    const shop = await open()
    const { token } = await withPassword(shop)
    const { password_hash } = await shop.db
      .selectFrom('admins')
      .select('password_hash')
      .executeTakeFirstOrThrow()
    expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const sessions = JSON.stringify(await shop.db.selectFrom('sessions').selectAll().execute())
    expect(sessions).not.toContain(token)
    expect(JSON.stringify(shop.logged)).not.toContain(GOOD)
  })
})

describeOnEngines('a session', (engine) => {
  const open = shopOf(engine)

  it('ends after 12 hours, by the clock and on the disk', async () => {
    const shop = await open()
    const { token } = await withPassword(shop)
    shop.advance(12 * 3_600_000 - 5_000)
    expect(await findSession(shop, token)).toBeDefined()
    shop.advance(6_000)
    expect(await findSession(shop, token)).toBeUndefined()
    await dropOldSessions(shop)
    expect(await shop.db.selectFrom('sessions').select('admin_id').execute()).toEqual([])
  })

  it('ends on the server when its admin signs out', async () => {
    const shop = await open()
    const who = await withPassword(shop)
    await signOut(shop, who)
    expect(await findSession(shop, who.token)).toBeUndefined()
  })

  it('is found by its own secret only', async () => {
    const shop = await open()
    const { session } = await withPassword(shop)
    for (const token of [undefined, '', session.token_hash, session.csrf_token, 'A'.repeat(43)])
      expect(await findSession(shop, token)).toBeUndefined()
  })

  it('is confirmed by the right password only', async () => {
    const shop = await open()
    const who = await withPassword(shop)
    shop.advance(20 * 60_000)
    await expect(confirmPassword(shop, who, 'wrong')).rejects.toMatchObject(refused('wrong_credentials'))
    const { session } = await confirmPassword(shop, who, GOOD)
    expect(shop.now() - session.confirmed_at).toBeLessThan(5_000)
    expect((await findSession(shop, who.token))?.session.confirmed_at).toBe(session.confirmed_at)
  })
})
