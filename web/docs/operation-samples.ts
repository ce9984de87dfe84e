/** The request of an operation's example, in every language. */
import type { Endpoint } from './api-document.ts'
import type { SampleRequest } from './sample-request.ts'
import { SAMPLE_LANGUAGES, sampleOf } from './samples.ts'

const KEY = 'sk_test_…'

export function samplesOf(endpoint: Endpoint, origin = window.location.origin): Record<string, string> {
  const request = sampleRequest(endpoint, origin)
  return Object.fromEntries(SAMPLE_LANGUAGES.map((language) => [language, sampleOf(language, request)]))
}

export function sampleRequest(endpoint: Endpoint, origin: string, key = KEY): SampleRequest {
  const body = endpoint.requestBody?.content['application/json'].example
  return {
    method: endpoint.method,
    url: `${origin}${filledPath(endpoint, exampleValues(endpoint))}`,
    key,
    ...(body !== undefined && { body }),
  }
}

export function exampleValues({ parameters }: Endpoint): Record<string, string> {
  const given = parameters.filter((one) => one.in !== 'header' && one.example !== undefined)
  return Object.fromEntries(given.map(({ name, example }) => [name, String(example)]))
}

/** Empty values of the query are left out. */
export function filledPath(
  { path, parameters }: Pick<Endpoint, 'path' | 'parameters'>,
  values: Readonly<Record<string, string>>,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  const query = new URLSearchParams()
  for (const { name, in: place } of parameters) {
    const value = values[name]
    if (place === 'query' && value) query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? filled : `${filled}?${text}`
}
