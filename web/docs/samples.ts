/** The same request in six languages. */
import { goSample } from './samples-go.ts'
import { javaSample } from './samples-java.ts'
import { headersOf, type SampleRequest } from './sample-request.ts'
import { literal, type Dialect } from './samples-literal.ts'

export const SAMPLE_LANGUAGES = ['curl', 'PHP', 'Python', 'Node', 'Java', 'Go'] as const
export type SampleLanguage = (typeof SAMPLE_LANGUAGES)[number]

function pretty(body: unknown): string {
  return JSON.stringify(body, null, 2)
}

/** For a shell: nothing in it is special. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function curlSample(request: SampleRequest): string {
  const lines = [
    `curl${request.method === 'GET' ? '' : ` -X ${request.method}`} ${quoted(request.url)}`,
    ...headersOf(request).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(request.body === undefined ? [] : [`-d ${quoted(pretty(request.body))}`]),
  ]
  return lines.join(' \\\n  ')
}

const PHP: Dialect = {
  open: '[',
  close: ']',
  empty: 'new stdClass()', // [] would be a list
  pair: ' => ',
  quote: phpText,
  null: 'null',
  true: 'true',
  false: 'false',
}

function phpText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function phpSample(request: SampleRequest): string {
  const headers = headersOf(request).map(([name, value]) => `        ${phpText(`${name}: ${value}`)},`)
  const body =
    request.body === undefined ? [] : [`    'content' => json_encode(${literal(request.body, PHP, 1, 4)}),`]
  return [
    '<?php',
    "$context = stream_context_create(['http' => [",
    `    'method' => ${phpText(request.method)},`,
    "    'header' => [",
    ...headers,
    '    ],',
    ...body,
    "    'timeout' => 20,",
    "    'ignore_errors' => true, // a refusal has a body too",
    ']]);',
    `$answer = file_get_contents(${phpText(request.url)}, false, $context);`,
    'echo $http_response_header[0], PHP_EOL;',
    'print_r(json_decode($answer, true));',
  ].join('\n')
}

const PYTHON: Dialect = {
  open: '{',
  close: '}',
  empty: '{}',
  pair: ': ',
  quote: (text) => JSON.stringify(text),
  null: 'None',
  true: 'True',
  false: 'False',
}

function pythonSample(request: SampleRequest): string {
  const headers = Object.fromEntries(headersOf(request))
  const body =
    request.body === undefined
      ? []
      : [`    data=json.dumps(${literal(request.body, PYTHON, 1, 4)}).encode(),`]
  return [
    'import json',
    'from urllib.request import Request, urlopen',
    '',
    'request = Request(',
    `    ${JSON.stringify(request.url)},`,
    `    method=${JSON.stringify(request.method)},`,
    `    headers=${literal(headers, PYTHON, 1, 4)},`,
    ...body,
    ')',
    'with urlopen(request, timeout=20) as answer:',
    '    print(answer.status, json.load(answer))',
  ].join('\n')
}

const NODE: Dialect = {
  open: '{',
  close: '}',
  empty: '{}',
  pair: ': ',
  quote: nodeText,
  name: (text) => (/^[a-z_]\w*$/i.test(text) ? text : nodeText(text)),
  null: 'null',
  true: 'true',
  false: 'false',
}

function nodeText(text: string): string {
  const json = JSON.stringify(text)
  return json.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`
}

function nodeSample(request: SampleRequest): string {
  const headers = Object.fromEntries(headersOf(request))
  const body =
    request.body === undefined ? [] : [`  body: JSON.stringify(${literal(request.body, NODE, 1, 2)}),`]
  return [
    `const answer = await fetch(${nodeText(request.url)}, {`,
    `  method: ${nodeText(request.method)},`,
    `  headers: ${literal(headers, NODE, 1, 2)},`,
    ...body,
    '})',
    'console.log(answer.status, await answer.json())',
  ].join('\n')
}

const SAMPLES: Readonly<Record<SampleLanguage, (request: SampleRequest) => string>> = {
  curl: curlSample,
  PHP: phpSample,
  Python: pythonSample,
  Node: nodeSample,
  Java: javaSample,
  Go: goSample,
}

export function sampleOf(language: SampleLanguage, request: SampleRequest): string {
  return SAMPLES[language](request)
}
