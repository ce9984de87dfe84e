/** The console's overview, settings and audit. */
import { nanoid } from 'nanoid'
import Router from 'koa-router'
import { markAlertsSeen } from '../../core/alerts.ts'
import { listAudit } from '../../core/audit.ts'
import { fail } from '../../core/errors.ts'
import { testLetter } from '../../core/letters.ts'
import { readOverview } from '../../core/overview.ts'
import { changeSettings, loadSettings } from '../../core/settings.ts'
import { transaction, type Shop } from '../../core/shop.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-system.ts'
import { Email, PAGE_SIZE } from '../contract/words.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'
import { toListenerView } from './listeners.ts'
import { addressOf } from '../reader.ts'

export function systemRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.showOverview, async () => {
    const overview = await readOverview(shop)
    return {
      ...overview,
      listeners: overview.listeners.map((row, at) => toListenerView(api, row, at)),
      steps: { ...overview.steps, mail: !api.mailToFiles },
    }
  })

  serve(router, contract.markAlertsSeen, async () => {
    await markAlertsSeen(shop)
    return { ok: true as const }
  })

  serve(router, contract.showSettings, () => settingsOf(shop))

  serve(router, contract.changeSettings, async ({ body, ctx }) => {
    await transaction(shop, (tx) => changeSettings(tx, withoutUndefined(body), actorOf(ctx)))
    await loadSettings(shop)
    shop.store.publish('settings', '')
    return settingsOf(shop)
  })

  serve(router, contract.sendTestMail, async ({ body, ctx }) => {
    if (!Email.safeParse(body.to).success) fail('bad_email')
    const hit = await shop.store.hit(`test-mail:${addressOf(ctx)}`, 10, 600_000)
    if (!hit.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(hit.retryAfterMs / 1000) })
    const error = await tryMail(shop, body.to)
    return { sent: error === null, toFiles: api.mailToFiles, error }
  })

  serve(router, contract.listAudit, async ({ query }) => {
    const { entries, total } = await listAudit(shop, Number(query.page ?? 1), PAGE_SIZE)
    return {
      entries: entries.map(({ before_value, after_value, ...entry }) => ({
        ...entry,
        before: before_value,
        after: after_value,
      })),
      total,
    }
  })

  return router
}

function settingsOf(shop: Shop) {
  const { channels, ...rest } = shop.settings.current
  return {
    settings: { ...rest, channels: [...channels] },
    setByEnvironment: Object.keys(shop.settings.fixed),
  }
}

/** @returns what the mail server said against it, or null. */
async function tryMail(shop: Shop, to: string): Promise<string | null> {
  try {
    await shop.mail.send({
      messageId: `<${nanoid()}@qrtill.invalid>`,
      to,
      ...testLetter(shop.settings.current),
    })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function withoutUndefined<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as never
}
