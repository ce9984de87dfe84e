/** Admins of the console: the first sign-in, passwords and sessions. */
import { nanoid } from 'nanoid'
import { hashPassword, isWeakPassword, verifyPassword } from '../com/passwords.ts'
import { hashToken, randomToken, safeEqual } from '../com/tokens.ts'
import type { AdminRow, SessionRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { networkOf } from './network.ts'
import { readValue, writeValue } from './settings.ts'
import { transaction, type Shop, type Tx } from './shop.ts'

const SESSION_MS = 12 * 3_600_000

/** How long payees and secrets may be changed after the password was typed. */
export const CONFIRMED_MS = 15 * 60_000

/** Attempts in five minutes: per address and name, and per address under whatever names. */
const ATTEMPTS = { ofName: 20, ofAddress: 100, windowMs: 300_000 }

export interface SignedIn {
  readonly admin: AdminRow
  readonly session: SessionRow
}

/** A session and the secret of its cookie, which exists nowhere else. */
export type NewSession = SignedIn & { readonly token: string }

const FIRST = { name: 'admin', password: 'admin' }

/**
 * Makes sure that there is an owner. In a transaction, by one process at a time.
 *
 * @param password of the environment: replaces first sign-in and set-up code; applied again whenever it changes.
 */
export async function seedOwner(tx: Tx, password: { text: string; hash: string } | undefined): Promise<void> {
  const owner = await tx.db.selectFrom('admins').selectAll().orderBy('created_at').executeTakeFirst()
  if (!owner) {
    const row = { id: nanoid(), name: FIRST.name, role: 'owner' as const, created_at: tx.now() }
    await tx.db
      .insertInto('admins')
      .values({ ...row, password_hash: password?.hash ?? null, password_changed_at: null })
      .execute()
    if (!password) await writeValue(tx, 'setup_code', randomToken(9))
  } else if (password) {
    await tx.db
      .updateTable('admins')
      .set({ password_hash: password.hash, password_changed_at: tx.now() })
      .where('id', '=', owner.id)
      .execute()
  }
  if (password) await writeValue(tx, 'environment_password', password.hash)
}

/** Whether the password of the environment still has to be applied. */
export async function isNewEnvironmentPassword(shop: Shop, text: string): Promise<boolean> {
  const applied = await readValue(shop, 'environment_password')
  return typeof applied !== 'string' || !(await verifyPassword(applied, text))
}

/** @returns the code that a first sign-in from another machine needs; undefined once a password was chosen. */
export async function findSetupCode(shop: Shop): Promise<string | undefined> {
  const pending = await shop.db
    .selectFrom('admins')
    .select('id')
    .where('password_hash', 'is', null)
    .executeTakeFirst()
  return pending && String(await readValue(shop, 'setup_code'))
}

export interface SignInAttempt {
  readonly name: string
  readonly password: string
  readonly setupCode?: string | undefined
  readonly address: string
  /** Came from this very machine, not through a proxy. */
  readonly direct: boolean
}

/** Answers alike, and after the same work, whether the name or the password is wrong. */
export async function signIn(shop: Shop, attempt: SignInAttempt): Promise<NewSession> {
  await countAttempt(shop, attempt.address, attempt.name)
  const admin = await shop.db
    .selectFrom('admins')
    .selectAll()
    .where('name', '=', attempt.name)
    .executeTakeFirst()
  const right = await verifyPassword(admin?.password_hash ?? null, attempt.password)
  if (admin?.password_hash === null) return firstSignIn(shop, admin, attempt)
  if (!admin || !right) {
    shop.log.warn({ address: attempt.address }, 'a sign-in was refused')
    return fail('wrong_credentials')
  }
  return transaction(shop, (tx) => openSession(tx, admin, attempt.address))
}

async function firstSignIn(shop: Shop, admin: AdminRow, attempt: SignInAttempt): Promise<NewSession> {
  if (!safeEqual(attempt.password, FIRST.password)) fail('wrong_credentials')
  const code = await findSetupCode(shop)
  if (!attempt.direct && !(code && attempt.setupCode && safeEqual(code, attempt.setupCode.trim()))) {
    fail('setup_code_needed')
  }
  return transaction(shop, (tx) => openSession(tx, admin, attempt.address))
}

async function countAttempt(shop: Shop, address: string, name: string): Promise<void> {
  const { ofName, ofAddress, windowMs } = ATTEMPTS
  const net = networkOf(address)
  const hits = [
    await shop.store.hit(`sign-in:${net}:${hashToken(name)}`, ofName, windowMs),
    await shop.store.hit(`sign-in:${net}`, ofAddress, windowMs),
  ]
  const retryAfterMs = Math.max(...hits.map((hit) => hit.retryAfterMs))
  if (retryAfterMs > 0) fail('too_many_requests', { retryInSeconds: Math.ceil(retryAfterMs / 1000) })
}

async function openSession(tx: Tx, admin: AdminRow, address: string): Promise<NewSession> {
  const token = randomToken()
  const session: SessionRow = {
    token_hash: hashToken(token),
    admin_id: admin.id,
    csrf_token: randomToken(),
    address,
    created_at: tx.now(),
    expires_at: tx.now() + SESSION_MS,
    confirmed_at: tx.now(),
  }
  await tx.db.insertInto('sessions').values(session).execute()
  await recordAudit(tx, { name: admin.name, address }, 'session.sign-in', admin.name, null, null)
  return { admin, session, token }
}

export async function findSession(shop: Shop, token: string | undefined): Promise<SignedIn | undefined> {
  if (!token) return undefined
  const session = await shop.db
    .selectFrom('sessions')
    .selectAll()
    .where('token_hash', '=', hashToken(token))
    .where('expires_at', '>', shop.now())
    .executeTakeFirst()
  if (!session) return undefined
  const admin = await shop.db
    .selectFrom('admins')
    .selectAll()
    .where('id', '=', session.admin_id)
    .executeTakeFirst()
  return admin && { admin, session }
}

export async function signOut(shop: Shop, { session }: SignedIn): Promise<void> {
  await shop.db.deleteFrom('sessions').where('token_hash', '=', session.token_hash).execute()
}

/** @throws ShopError `wrong_credentials` */
export async function confirmPassword(shop: Shop, who: SignedIn, password: string): Promise<SignedIn> {
  await countAttempt(shop, who.session.address, who.admin.name)
  if (!(await verifyPassword(who.admin.password_hash, password))) fail('wrong_credentials')
  const confirmed_at = shop.now()
  await shop.db
    .updateTable('sessions')
    .set({ confirmed_at })
    .where('token_hash', '=', who.session.token_hash)
    .execute()
  return { ...who, session: { ...who.session, confirmed_at } }
}

/** Ends every session of the admin and opens a new one. @throws ShopError `weak_password`, `wrong_credentials` */
export async function choosePassword(
  shop: Shop,
  who: SignedIn,
  passwords: { current?: string | undefined; next: string },
  actor: Actor,
): Promise<NewSession> {
  const { admin } = who
  if (admin.password_hash !== null) {
    await countAttempt(shop, actor.address, admin.name)
    if (!(await verifyPassword(admin.password_hash, passwords.current ?? ''))) fail('wrong_credentials')
  }
  if (isWeakPassword(passwords.next) || passwords.next.toLowerCase() === admin.name) fail('weak_password')
  const hash = await hashPassword(passwords.next)
  return transaction(shop, async (tx) => {
    const update = tx.db
      .updateTable('admins')
      .set({ password_hash: hash, password_changed_at: tx.now() })
      .where('id', '=', admin.id)
    const { numUpdatedRows } = await (
      admin.password_hash === null
        ? update.where('password_hash', 'is', null)
        : update.where('password_hash', '=', admin.password_hash)
    ).executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) fail('wrong_credentials')
    await tx.db.deleteFrom('sessions').where('admin_id', '=', admin.id).execute()
    await recordAudit(tx, actor, 'password.change', admin.name, null, null)
    return openSession(tx, { ...admin, password_hash: hash }, actor.address)
  })
}

/** Sessions that have run out; the clock calls it. */
export async function dropOldSessions(shop: Shop): Promise<void> {
  await shop.db.deleteFrom('sessions').where('expires_at', '<=', shop.now()).execute()
}
