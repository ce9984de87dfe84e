/** What happens at the same moment as a request, made to happen at just that moment. */
import { TableNode, UpdateQueryNode, type KyselyPlugin, type OperationNode, type Transaction } from 'kysely'
import { AsyncResource } from 'node:async_hooks'
import type { First, Work } from '../../com/db/index.ts'
import type { Shop } from '../../core/shop.ts'
import type { Database } from '../../sql/schema.ts'

/** As two processes without Redis see it. */
export function unlocked(shop: Shop): Shop {
  return { ...shop, store: { ...shop.store, withLocks: (_, work) => work() } }
}

/** @param written gets a list for each transaction, with the table of each update in it, in order. */
export function notingUpdates(shop: Shop, written: string[][]): Shop {
  const seeing = (tables: string[]) => (node: OperationNode) => {
    if (UpdateQueryNode.is(node) && node.table && TableNode.is(node.table))
      tables.push(node.table.table.identifier.name)
  }
  const { database } = shop
  return {
    ...shop,
    database: {
      ...database,
      transaction: <T, R>(work: Work<T, R>, first?: First<R>) =>
        database.transaction<T, R>((trx, now, found) => {
          const tables: string[] = []
          written.push(tables)
          return work(watched(trx, seeing(tables)), now, found)
        }, first),
    },
  }
}

/** Sees each statement on its way, whether it is spelled now or was long ago. */
function watched(trx: Transaction<Database>, see: (node: OperationNode) => void): Transaction<Database> {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      see(node)
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
  const handle = trx.withPlugin(plugin)
  const say = handle.executeQuery.bind(handle)
  handle.executeQuery = (query) => {
    if ('query' in query) see(query.query)
    return say(query)
  }
  return handle
}

/** Where `before` happens after the order was read, before the first transaction. */
export function overtaken(shop: Shop, before: () => Promise<unknown>): Shop {
  const { database } = shop
  let happened: Promise<unknown> | undefined
  return {
    ...shop,
    database: {
      ...database,
      async transaction(work, first) {
        await (happened ??= before())
        return database.transaction(work, first)
      },
    },
  }
}

/** Where `then` happens after the first answer inside the first transaction. */
export function overtakenInside(shop: Shop, then: () => Promise<unknown>): Shop {
  const { database } = shop
  const outside = AsyncResource.bind(then)
  let happened: Promise<unknown> | undefined
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      await (happened ??= outside())
      return result
    },
  }
  return {
    ...shop,
    database: {
      ...database,
      transaction: <T, R>(work: Work<T, R>, first?: First<R>) =>
        database.transaction<T, R>(
          (trx, now, found) => work(trx.withPlugin(plugin), now, found),
          first && ((trx) => first(trx.withPlugin(plugin))),
        ),
    },
  }
}

/** The amounts that are its own now. */
export async function amountsHeldBy(shop: Shop, orderId: string): Promise<number[]> {
  const held = await shop.db
    .selectFrom('amount_slots')
    .select('amount_cents')
    .where('order_id', '=', orderId)
    .where('held_until', '>=', shop.now())
    .execute()
  return held.map((row) => row.amount_cents)
}

export async function countReopened(shop: Shop, orderId: string): Promise<number> {
  const events = await shop.db
    .selectFrom('order_events')
    .select('id')
    .where('order_id', '=', orderId)
    .where('kind', '=', 'reopened')
    .execute()
  return events.length
}
