/** Who sends a request of 易支付: the merchant whose number it carries, and the key that signed it. */
import type { Context } from 'koa'
import { epaySign } from '../../core/callback-forms/epay.ts'
import { findSigningKey } from '../../core/merchant-keys.ts'
import { findMerchant } from '../../core/merchants.ts'
import type { Shop } from '../../core/shop.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import { addressOf } from '../reader.ts'
import { failField, trimmed } from './epay-words.ts'
import { readGateway, type FlatForm } from './flat-form.ts'

export interface Signer {
  readonly merchant: MerchantRow
  readonly keyId: string
}

/** The query where it names a merchant, else the body: never a mixture of both. */
export async function readForm(ctx: Context): Promise<FlatForm> {
  const { query, body } = await readGateway(ctx)
  return query.has('pid') ? query : body
}

/** @throws ShopError `bad_input` with the field that is missing or wrong */
export async function getSigner(shop: Shop, ctx: Context, form: FlatForm): Promise<Signer> {
  const pid = trimmed(form.text('pid')) || failField('pid', 'missing')
  const type = trimmed(form.text('sign_type'))
  if (/^rsa2?$/i.test(type)) failField('sign_type', 'unsupported', type)
  const sign = trimmed(form.text('sign')) || failField('sign', 'missing')
  const merchant = (await findMerchant(shop, pid)) ?? failField('pid', 'unknown')
  const key = (await findKey(shop, merchant.id, sign, form)) ?? refuseSignature(shop, ctx, pid)
  if (hidesTerms(form)) failField('sign', 'malformed')
  return { merchant, keyId: key.id }
}

/** Servers of this protocol differ in whether a value of blanks alone is signed: both are right. */
async function findKey(shop: Shop, merchantId: string, sign: string, form: FlatForm) {
  const all = [...form.entries()]
  const filled = all.filter(([, value]) => trimmed(value.toString('latin1')) !== '')
  const ways = filled.length < all.length ? [all, filled] : [all]
  const signed = ways.map((values) => (secret: string) => epaySign(values, secret))
  return findSigningKey(shop, merchantId, sign, ...signed)
}

/**
 * The signature covers names and values without their bounds: whoever had a text of its own signed by a site, such as a
 * `param`, could divide it otherwise and say another amount with it, or have another order paid by it. The site's own
 * words stay in the text, so that they must stand in a value then.
 *
 * An address to go back to may honestly have them. There they are the site's only if its `pid`, which stands behind
 * them and before `return_url`, is in a value too.
 */
function hidesTerms(form: FlatForm): boolean {
  const all = [...form.entries()]
  const hides = (value: Buffer) => value.includes('&money=') || value.includes('&out_trade_no=')
  const hidesPid = all.some(([, value]) => value.includes('&pid='))
  return all.some(
    ([name, value]) => /[&=]/.test(name) || (hides(value) && (name !== 'return_url' || hidesPid)),
  )
}

function refuseSignature(shop: Shop, ctx: Context, pid: string): never {
  shop.log.warn({ address: addressOf(ctx), path: ctx.path, pid }, 'a bad signature of a merchant')
  return failField('sign', 'wrong')
}
