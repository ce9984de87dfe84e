/** Sending a request from the page, with a key that stays in its memory. */
import { computed, reactive, ref, shallowRef } from 'vue'
import { locale } from '../locales/locale.ts'
import type { Endpoint } from './api-document.ts'
import { exampleValues, filledPath } from './operation-samples.ts'

/** In memory alone: a way through other pages and back finds it, a reload does not. */
export const apiKey = ref('')

/** Ids of what was made on this page, by the section that they belong to. */
const made = reactive<Record<string, string>>({})

const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/webhook_endpoints/, 'endpoint'],
  [/webhook_deliveries/, 'delivery'],
  [/orders/, 'order'],
]

const SHOWN_HEADERS = ['idempotent-replayed', 'retry-after', 'allow']

export interface TrialAnswer {
  readonly status: number
  readonly ok: boolean
  readonly ms: number
  readonly headers: readonly string[]
  readonly text: string
  readonly paymentUrl: string | undefined
}

function ownerOf(path: string): string {
  return OWNERS.find(([pattern]) => pattern.test(path))?.[1] ?? ''
}

export function useTrial(of: () => Endpoint) {
  const endpoint = of()
  const values = reactive({ ...startValues(endpoint) })
  const idempotencyKey = ref('')
  const body = ref(startBody(endpoint))
  const liveAllowed = ref(false)
  const isLive = computed(() => apiKey.value.startsWith('sk_live_'))
  const busy = ref(false)
  const answer = shallowRef<TrialAnswer>()
  const problem = shallowRef<'offline' | 'badJson'>()
  const canSend = computed(
    () =>
      !busy.value && apiKey.value !== '' && (!isLive.value || liveAllowed.value || endpoint.method === 'GET'),
  )

  async function send(): Promise<void> {
    if (!canSend.value) return
    problem.value = isJson(body.value) ? undefined : 'badJson'
    if (problem.value) return
    busy.value = true
    try {
      answer.value = await ask(endpoint, filledPath(endpoint, values), body.value, idempotencyKey.value)
      remember(endpoint, answer.value)
    } catch {
      problem.value = 'offline'
    } finally {
      busy.value = false
    }
  }

  return { values, idempotencyKey, body, liveAllowed, isLive, busy, answer, problem, canSend, send }
}

/** What was made before on this page stands ready; filters of lists begin empty. */
function startValues(endpoint: Endpoint): Record<string, string> {
  const examples = exampleValues(endpoint)
  const fields = endpoint.parameters.filter((one) => one.in !== 'header')
  return Object.fromEntries(
    fields.map(({ name, in: place }) => [
      name,
      place === 'path' ? (made[ownerOf(endpoint.path)] ?? examples[name] ?? '') : '',
    ]),
  )
}

/** A number of an order serves once: each trial begins with one of its own. */
function startBody(endpoint: Endpoint): string {
  const example = endpoint.requestBody?.content['application/json'].example
  if (typeof example !== 'object' || example === null) return ''
  const own = 'out_trade_no' in example ? { ...example, out_trade_no: `T${Date.now()}` } : example
  return JSON.stringify(own, null, 2)
}

function isJson(text: string): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function ask(
  { method }: Endpoint,
  path: string,
  body: string,
  idempotencyKey: string,
): Promise<TrialAnswer> {
  const hasBody = body.trim() !== ''
  const begun = performance.now()
  const answer = await fetch(path, {
    method,
    credentials: 'omit',
    headers: {
      Authorization: `Bearer ${apiKey.value}`,
      'Accept-Language': locale.value,
      ...(hasBody && { 'Content-Type': 'application/json' }),
      ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
    },
    ...(hasBody && { body }),
  })
  const text = await answer.text()
  const read = readJson(text)
  const { payment_url: paymentUrl } = (read ?? {}) as { payment_url?: unknown }
  return {
    status: answer.status,
    ok: answer.ok,
    ms: Math.round(performance.now() - begun),
    headers: SHOWN_HEADERS.flatMap((name) => {
      const value = answer.headers.get(name)
      return value === null ? [] : [`${name}: ${value}`]
    }),
    text: read === undefined ? text : JSON.stringify(read, null, 2),
    paymentUrl: typeof paymentUrl === 'string' ? paymentUrl : undefined,
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function remember({ path, method }: Endpoint, { ok, text }: TrialAnswer): void {
  const { id } = (readJson(text) ?? {}) as { id?: unknown }
  if (ok && method === 'POST' && typeof id === 'string')
    made[ownerOf(id.startsWith('msg_') ? 'webhook_deliveries' : path)] = id
}
