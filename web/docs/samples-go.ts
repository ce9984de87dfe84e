import { headersOf, type SampleRequest } from './sample-request.ts'

/** A raw text of Go holds everything but its own mark. */
function raw(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``
}

export function goSample(request: SampleRequest): string {
  const { method, url, body } = request
  const content = body === undefined ? 'nil' : `strings.NewReader(${raw(JSON.stringify(body, null, 2))})`
  const imports = ['fmt', 'io', 'net/http', ...(body === undefined ? [] : ['strings'])]
  return [
    'package main',
    '',
    'import (',
    ...imports.map((name) => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    `\trequest, err := http.NewRequest(${JSON.stringify(method)}, ${JSON.stringify(url)}, ${content})`,
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    ...headersOf(request).map(
      ([name, value]) => `\trequest.Header.Set(${JSON.stringify(name)}, ${JSON.stringify(value)})`,
    ),
    '\tanswer, err := http.DefaultClient.Do(request)',
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tdefer answer.Body.Close()',
    '\ttext, _ := io.ReadAll(answer.Body)',
    '\tfmt.Println(answer.StatusCode, string(text))',
    '}',
  ].join('\n')
}
