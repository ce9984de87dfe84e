/** Merchants' keys: the one of the older protocols, which signs both ways, and the bearer keys of our own API. */
import { nanoid } from 'nanoid'
import { randomInt } from 'node:crypto'
import { isDuplicate } from '../com/db/index.ts'
import { hashToken, isWeakSecret, randomToken, safeEqual } from '../com/tokens.ts'
import type { MerchantKeyRow, MerchantRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { getMerchant } from './merchants.ts'
import { isKeyFree } from './secrets-apart.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { SCOPES, type MerchantKeyKind, type Scope } from './vocabulary.ts'

/** How long the key before keeps working after a rotation. */
export const OVERLAP_MS = 72 * 3_600_000

const NOTED_MS = 60_000

export interface KeyInput {
  readonly kind: MerchantKeyKind
  readonly name: string
  /** Bearer keys only; all of them unless given. */
  readonly scopes?: readonly Scope[] | undefined
  /** An md5 key that the site already uses; one is made unless given. */
  readonly secret?: string | undefined
}

/** A key and the only time that it is seen. */
export interface NewKey {
  readonly key: MerchantKeyRow
  readonly secret: string
}

export async function listMerchantKeys(shop: Shop, merchantId: string): Promise<MerchantKeyRow[]> {
  return shop.db
    .selectFrom('merchant_keys')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
}

/** The md5 keys that sign now, the newest first. */
export async function listSigningKeys(shop: Shop, merchantId: string): Promise<SigningKey[]> {
  const rows = await shop.db
    .selectFrom('merchant_keys')
    .select(['id', 'secret', 'used_at', 'expires_at'])
    .where('merchant_id', '=', merchantId)
    .where('kind', '=', 'md5')
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', shop.now())]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.flatMap(({ secret, ...row }) => (secret ? [{ ...row, secret }] : []))
}

export interface SigningKey {
  readonly id: string
  readonly secret: string
  readonly used_at: number | null
  /** Set: there is a newer one in its place. */
  readonly expires_at: number | null
}

/**
 * Which of the merchant's md5 keys made a signature, in small letters or capitals, and in which of the ways in which it
 * may be made. All are looked at, in a time that tells nothing; the one that did is noted as used.
 *
 * @param ways what the signature would be with that key, lower-case hex; the first that is right counts.
 */
export async function findSigningKey(
  shop: Shop,
  merchantId: string,
  sign: string,
  ...ways: ((secret: string) => string)[]
): Promise<(SigningKey & { readonly way: number }) | undefined> {
  const keys = await listSigningKeys(shop, merchantId)
  const [key] = ways.flatMap((signed, way) =>
    keys
      .filter(({ secret }) => safeEqual(signed(secret), sign.toLowerCase()))
      .map((one) => ({ ...one, way })),
  )
  if (key) await noteKeyUsed(shop, key)
  return key
}

/** @returns whose bearer key it is; undefined for one that is unknown, revoked, past its end, or of a merchant that is off. */
export async function findBearer(
  shop: Shop,
  token: string,
): Promise<{ readonly merchant: MerchantRow; readonly key: MerchantKeyRow } | undefined> {
  const key = await shop.db
    .selectFrom('merchant_keys')
    .selectAll()
    .where('secret_hash', '=', hashToken(token))
    .where('kind', 'in', ['live', 'test'])
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (!key || (key.expires_at !== null && key.expires_at <= shop.now())) return undefined
  const merchant = await getMerchant(shop, key.merchant_id)
  return merchant.enabled_at === null ? undefined : { merchant, key }
}

/**
 * @throws ShopError `not_found`; `weak_secret` for a key of the caller's own that is too easy, or is used already;
 * `bad_input` for a bearer key that the caller made
 */
export async function addMerchantKey(
  shop: Shop,
  merchantId: string,
  input: KeyInput,
  actor: Actor,
): Promise<NewKey> {
  if (input.kind !== 'md5' && input.secret !== undefined) fail('bad_input', { field: 'secret' })
  return transaction(shop, async (tx) => {
    await getMerchant(tx, merchantId)
    const made = await insertKey(tx, merchantId, input)
    await recordAudit(tx, actor, 'merchants.add-key', merchantId, null, { id: made.key.id, kind: input.kind })
    return made
  })
}

/** A new key of the same kind; the one before works on for a while. @throws ShopError `not_found`, `wrong_state` */
export async function rotateMerchantKey(
  shop: Shop,
  merchantId: string,
  keyId: string,
  actor: Actor,
): Promise<NewKey> {
  return transaction(shop, async (tx) => {
    const before = await getKey(tx, merchantId, keyId)
    if (before.revoked_at !== null) fail('wrong_state')
    const end = Math.min(before.expires_at ?? Number.MAX_SAFE_INTEGER, tx.now() + OVERLAP_MS)
    await tx.db.updateTable('merchant_keys').set({ expires_at: end }).where('id', '=', keyId).execute()
    const scopes = JSON.parse(before.scopes) as Scope[]
    const made = await insertKey(tx, merchantId, { kind: before.kind, name: before.name, scopes })
    await recordAudit(tx, actor, 'merchants.rotate-key', merchantId, { id: keyId }, { id: made.key.id })
    return made
  })
}

/** Stops working at once. @throws ShopError `not_found` */
export async function revokeMerchantKey(
  shop: Shop,
  merchantId: string,
  keyId: string,
  actor: Actor,
): Promise<void> {
  await transaction(shop, async (tx) => {
    await getKey(tx, merchantId, keyId)
    await tx.db
      .updateTable('merchant_keys')
      .set({ revoked_at: tx.now() })
      .where('id', '=', keyId)
      .where('revoked_at', 'is', null)
      .execute()
    await recordAudit(tx, actor, 'merchants.revoke-key', merchantId, { id: keyId }, null)
  })
}

/** Once a minute at most. */
export async function noteKeyUsed(shop: Shop, key: Pick<MerchantKeyRow, 'id' | 'used_at'>): Promise<void> {
  if (shop.now() - (key.used_at ?? 0) < NOTED_MS) return
  await shop.db.updateTable('merchant_keys').set({ used_at: shop.now() }).where('id', '=', key.id).execute()
}

async function getKey(tx: Tx, merchantId: string, keyId: string): Promise<MerchantKeyRow> {
  const key = (await listMerchantKeys(tx, merchantId)).find((one) => one.id === keyId)
  return key ?? fail('not_found', { what: 'key' })
}

async function insertKey(tx: Tx, merchantId: string, input: KeyInput): Promise<NewKey> {
  const secret = input.secret ?? newSecret(input.kind)
  if (isWeakSecret(secret) || !(await isKeyFree(tx, secret))) fail('weak_secret', { field: 'secret' })
  const key: MerchantKeyRow = {
    id: nanoid(),
    merchant_id: merchantId,
    kind: input.kind,
    name: input.name,
    secret: input.kind === 'md5' ? secret : null,
    secret_hash: hashToken(secret),
    hint: secret.slice(-4),
    scopes: JSON.stringify(input.kind === 'md5' ? [] : (input.scopes ?? SCOPES)),
    created_at: tx.now(),
    expires_at: null,
    revoked_at: null,
    used_at: null,
  }
  try {
    await tx.db.insertInto('merchant_keys').values(key).execute()
  } catch (error) {
    if (isDuplicate(error)) fail('weak_secret', { field: 'secret' })
    throw error
  }
  return { key, secret }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits only where sites have form fields that take nothing else. */
function newSecret(kind: MerchantKeyKind): string {
  if (kind !== 'md5') return `sk_${kind}_${randomToken(32)}`
  return Array.from({ length: 32 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
