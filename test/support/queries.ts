/** Which tables are read, for tests of how often. */
import { SelectQueryNode, TableNode, type KyselyPlugin } from 'kysely'

/** @param read gets the tables of each query, in order. */
export function noting(read: string[]): KyselyPlugin {
  return {
    transformQuery({ node }) {
      if (SelectQueryNode.is(node))
        for (const from of node.from?.froms ?? [])
          read.push(TableNode.is(from) ? from.table.identifier.name : 'a query')
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
}
