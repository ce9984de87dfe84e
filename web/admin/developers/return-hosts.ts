/** Hosts as a person types them: one a line, or whole addresses copied from a browser. */

export interface ReadHosts {
  readonly hosts: readonly string[]
  /** The first that is none; undefined when all are right. */
  readonly wrong: string | undefined
}

export function readHosts(text: string): ReadHosts {
  const words = text.split(/[\s,，;；]+/).filter((word) => word !== '')
  const read = words.map((word) => ({ word, host: findHost(word) }))
  return {
    hosts: [...new Set(read.flatMap(({ host }) => host ?? []))],
    wrong: read.find(({ host }) => host === undefined)?.word,
  }
}

/** @returns as URL.host writes it; undefined for what is none. */
function findHost(word: string): string | undefined {
  const address = /^https?:\/\//i.test(word) ? word : `https://${word}`
  if (!URL.canParse(address)) return undefined
  const { host, username, pathname } = new URL(address)
  const isBare = username === '' && (pathname === '/' || address === word)
  return isBare ? host : undefined
}
