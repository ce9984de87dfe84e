/**
 * Which tables are read, for tests of how often. What a `statement` says is not seen: it passes plugins only while it is
 * spelled. Count the calls of `executeQuery` there.
 */
import { SelectQueryNode, TableNode, type KyselyPlugin } from 'kysely'

/** @param read gets the first table of each query that was answered, in order. */
export function noting(read: string[]): KyselyPlugin {
  const tables = new WeakMap<object, string>()
  return {
    transformQuery({ node, queryId }) {
      const from = SelectQueryNode.is(node) ? node.from?.froms[0] : undefined
      if (from) tables.set(queryId, TableNode.is(from) ? from.table.identifier.name : 'a query')
      return node
    },
    transformResult({ result, queryId }) {
      const table = tables.get(queryId)
      if (table !== undefined) read.push(table)
      return Promise.resolve(result)
    },
  }
}
