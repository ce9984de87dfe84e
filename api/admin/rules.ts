/** The console's rules of notifications. */
import Router from 'koa-router'
import { ruleTextOf } from '../../core/notification-rules.ts'
import type { Finding } from '../../core/recognise.ts'
import * as book from '../../core/rule-book.ts'
import type { Shop } from '../../core/shop.ts'
import * as contract from '../contract/admin-rules.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'

export function ruleRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listRules, async () => ({ rules: (await book.listRules(shop)).map(toView) }))

  serve(router, contract.tryNotification, ({ body: { app, title, text, draft } }) =>
    toTrial(book.tryNotification(shop, { app, title, text }, draft)),
  )

  serve(router, contract.addRule, async ({ body, ctx }) =>
    toView(await book.addRule(shop, body, actorOf(ctx))),
  )

  serve(router, contract.changeRule, async ({ params, body, ctx }) =>
    toView(await book.changeRule(shop, params.id, body, actorOf(ctx))),
  )

  serve(router, contract.resetRule, async ({ params, ctx }) =>
    toView(await book.resetRule(shop, params.id, actorOf(ctx))),
  )

  serve(router, contract.deleteRule, async ({ params, ctx }) => {
    await book.deleteRule(shop, params.id, actorOf(ctx))
    return { ok: true as const }
  })

  return router
}

function toView(row: Awaited<ReturnType<typeof book.getRule>>): contract.RuleView {
  const { titles, texts, samples, ...rule } = ruleTextOf(row)
  return {
    ...rule,
    ...{ id: row.id, version: row.version, updatedAt: row.updated_at },
    ...{ titles: [...titles], texts: [...texts], samples: [...samples] },
    enabled: row.enabled_at !== null,
    builtIn: row.default_key !== null,
    edited: row.default_key !== null && row.edited_at !== null,
  }
}

function toTrial(found: Finding) {
  const { amountCents = null, merged = 1, total } = found.kind === 'money' ? found : {}
  const rule = 'rule' in found ? found.rule : undefined
  return {
    outcome: found.kind,
    ruleId: rule?.id || null, // a draft has none
    channel: rule?.channel ?? null,
    amountCents,
    merged,
    total: total ?? null,
  }
}
