/** `a=1&b=2`, of a query or of a body. */

/**
 * @param raw one character per byte, as Node gives a URL.
 * @returns values as bytes. What is no escape stays as it is, as PHP reads it; a name without `=` has an empty value.
 */
export function* decodePairs(raw: string): Generator<readonly [string, Buffer]> {
  for (let from = 0; from < raw.length;) {
    const found = raw.indexOf('&', from)
    const end = found < 0 ? raw.length : found
    const pair = raw.slice(from, end)
    from = end + 1
    if (pair === '') continue
    const cut = pair.indexOf('=')
    const name = unescaped(cut < 0 ? pair : pair.slice(0, cut))
    yield [name.toString('utf8'), unescaped(cut < 0 ? '' : pair.slice(cut + 1))]
  }
}

function unescaped(text: string): Buffer {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1')
}
