/**
 * The query of a URL, read with bounds. Koa's own reading costs quadratic time on repeated keys and turns them
 * into arrays, so it is never used.
 */
const MAX_CHARACTERS = 2_048
const MAX_PARAMETERS = 16

/** @returns the parameters, or undefined for a query that is too long, malformed, or says a key twice. */
export function readQuery(raw: string): ReadonlyMap<string, string> | undefined {
  const query = new Map<string, string>()
  if (raw === '') return query
  if (raw.length > MAX_CHARACTERS) return undefined
  const pairs = raw.split('&', MAX_PARAMETERS + 1)
  if (pairs.length > MAX_PARAMETERS) return undefined
  for (const pair of pairs) {
    if (pair === '') continue
    const cut = pair.indexOf('=')
    const key = decode(cut < 0 ? pair : pair.slice(0, cut))
    const value = decode(cut < 0 ? '' : pair.slice(cut + 1))
    if (key === undefined || value === undefined || query.has(key)) return undefined
    query.set(key, value)
  }
  return query
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
