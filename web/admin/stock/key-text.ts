/** Reading card keys from what the seller gives: a file or a paste, too long to be drawn. */

/** Characters that a text field still shows without a stutter. */
export const MOST_SHOWN = 100_000

/** Text files from Windows in China are often GB 18030; what is no UTF-8 is read as that. */
export async function readTextFile(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** Takes the quotes from lines that spreadsheets wrote as one quoted field; other lines stay as they are. */
export function unquoteLines(csv: string): string {
  return csv.replace(
    /^"((?:[^"\r\n]|"")*)"(\r?)$/gm,
    (_, field: string, end: string) => field.replaceAll('""', '"') + end,
  )
}

export function isTextFile(name: string): boolean {
  return /\.(txt|csv)$/i.test(name)
}
