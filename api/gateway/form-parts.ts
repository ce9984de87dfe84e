/** multipart/form-data, as PHP's curl sends an array. */
import { fail } from '../../core/errors.ts'

const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i

const HEADER_END = '\r\n\r\n'

/** @returns the fields; files are left out. @throws ShopError `bad_input` when it is not what its type says. */
export function* decodeParts(body: Buffer, contentType: string): Generator<readonly [string, Buffer]> {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const line = `--${quoted ?? plain ?? fail('bad_input', { field: 'boundary' })}`
  let at = body.indexOf(line)
  if (at !== 0 && body.indexOf(`\r\n${line}`) !== at - 2) fail('bad_input', { field: 'body' })
  for (at += line.length; !startsWith(body, '--', at);) {
    const headersEnd = body.indexOf(HEADER_END, at)
    const end = body.indexOf(`\r\n${line}`, Math.max(at, headersEnd + 2))
    if (!startsWith(body, '\r\n', at) || headersEnd < 0 || end < 0) fail('bad_input', { field: 'body' })
    const name = fieldName(body.toString('utf8', at, headersEnd))
    if (name !== undefined) yield [name, body.subarray(Math.min(end, headersEnd + HEADER_END.length), end)]
    at = end + line.length + 2
  }
}

function startsWith(body: Buffer, text: string, at: number): boolean {
  return body.toString('latin1', at, at + text.length) === text
}

/** @returns undefined for a file, and for a part that has no name. */
function fieldName(headers: string): string | undefined {
  const disposition = /\r\ncontent-disposition:\s*form-data\s*(;[^\r\n]*)/i.exec(headers)?.[1] ?? ''
  if (/;\s*filename\*?=/i.test(disposition)) return undefined
  const [, quoted, plain] = /;\s*name=(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition) ?? []
  return quoted ?? plain
}
