/** The console's receiving codes. */
import Router from 'koa-router'
import { QrReaderBusy } from '../../com/qr-reader.ts'
import { addAccount, changeAccount, listAccounts } from '../../core/accounts.ts'
import { readLinkUse, type LinkUse } from '../../core/amount-link.ts'
import * as codes from '../../core/codes.ts'
import { listCoverage } from '../../core/coverage.ts'
import { fail } from '../../core/errors.ts'
import { amountFromFileName, readReceivingCode } from '../../core/receiving-codes.ts'
import type { AccountRow } from '../../sql/schema.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-codes.ts'
import { readPicture } from '../picture-body.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'

export function codeRoutes({ shop, pictures }: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.readCodePicture, async ({ query, ctx }) => {
    const reading = await pictures.read(await readPicture(ctx)).catch((error: unknown) => {
      if (error instanceof QrReaderBusy) fail('too_many_requests', { retryInSeconds: 10 })
      throw error
    })
    if ('refused' in reading) {
      return fail(reading.refused === 'too_large' ? 'picture_too_large' : 'bad_picture', {
        reason: reading.refused,
      })
    }
    const code = onlyReceivingCode(reading.found)
    return {
      payload: code.payload,
      channel: code.channel,
      amountCents: amountFromFileName(query.fileName ?? '') ?? null,
      known: await codes.isKnownPayload(shop, code.key),
    }
  })

  serve(router, contract.listCodes, async () => ({
    accounts: await accountViews(await listAccounts(shop)),
    codes: (await codes.listCodes(shop)).map(toView),
    coverage: await listCoverage(shop),
  }))

  serve(router, contract.addCodes, async ({ body, ctx }) => {
    const { added, refused } = await codes.addCodes(shop, body.codes, actorOf(ctx))
    return { added: added.map(toView), refused }
  })

  serve(router, contract.changeCode, async ({ params, body, ctx }) =>
    toView(await codes.changeCode(shop, params.id, body, actorOf(ctx))),
  )

  serve(router, contract.deleteCode, async ({ params, ctx }) => {
    await codes.deleteCode(shop, params.id, actorOf(ctx))
    return { ok: true as const }
  })

  serve(router, contract.addAccount, async ({ body: { channel, ...input }, ctx }) =>
    accountView(await addAccount(shop, channel, input, actorOf(ctx))),
  )

  serve(router, contract.changeAccount, async ({ params, body, ctx }) =>
    accountView(await changeAccount(shop, params.id, body, actorOf(ctx))),
  )

  async function accountViews(accounts: readonly AccountRow[]): Promise<contract.AccountView[]> {
    const use = await readLinkUse(shop)
    return accounts.map((account) => toAccountView(account, use.get(account.id)))
  }

  async function accountView(account: AccountRow): Promise<contract.AccountView> {
    return toAccountView(account, (await readLinkUse(shop)).get(account.id))
  }

  return router
}

/** The one receiving code among what a picture shows; other codes may stand beside it. */
function onlyReceivingCode(found: readonly string[]) {
  if (found.length === 0) fail('no_code_in_picture')
  const readings = found.map((text) => readReceivingCode(text))
  const receiving = readings.filter((reading) => reading.ok)
  const [code] = receiving
  if (!code) {
    const first = readings.find((reading) => !reading.ok)
    return fail('not_a_receiving_code', {
      text: (found[0] ?? '').slice(0, 200),
      reason: first && !first.ok ? first.reason : 'unknown_code',
    })
  }
  if (new Set(receiving.map((reading) => reading.key)).size > 1)
    fail('bad_picture', { reason: 'several_codes' })
  return code
}

function toAccountView(account: AccountRow, linkUse: LinkUse = { opened: 0, paid: 0 }): contract.AccountView {
  return {
    id: account.id,
    channel: account.channel,
    name: account.name,
    enabled: account.enabled_at !== null,
    dailyCapCents: account.daily_cap_cents,
    quiet:
      account.quiet_from === null || account.quiet_to === null
        ? null
        : { from: account.quiet_from, to: account.quiet_to },
    alipayUserId: account.alipay_user_id,
    linkUse,
  }
}

function toView(code: codes.CodeWithChannel): contract.CodeView {
  return {
    id: code.id,
    accountId: code.account_id,
    channel: code.channel,
    amountCents: code.amount_cents,
    payload: code.payload,
    enabled: code.enabled_at !== null,
    verifiedAt: code.verified_at,
    createdAt: code.created_at,
  }
}
