/** The OpenAPI document in the reader's language. */
import { computed, shallowRef, watch } from 'vue'
import type { Locale } from '../../core/vocabulary.ts'
import { locale } from '../locales/locale.ts'
import type { ApiDocument } from './api-document.ts'

const ADDRESSES: Readonly<Record<Locale, string>> = {
  en: '/openapi.json',
  'zh-CN': '/openapi.zh-CN.json',
}

export const openApiPath = computed(() => ADDRESSES[locale.value])

const loaded = new Map<Locale, ApiDocument>()

/** `failed`: it did not load; `load` tries again. */
export function useDocument() {
  const document = shallowRef<ApiDocument>()
  const failed = shallowRef(false)

  async function load(): Promise<void> {
    const wanted = locale.value
    failed.value = false
    try {
      const known = loaded.get(wanted) ?? (await fetchDocument(wanted))
      loaded.set(wanted, known)
      if (wanted === locale.value) document.value = known
    } catch {
      failed.value = wanted === locale.value
    }
  }

  watch(locale, load, { immediate: true })
  return { document, failed, load }
}

async function fetchDocument(wanted: Locale): Promise<ApiDocument> {
  const answer = await fetch(ADDRESSES[wanted])
  if (!answer.ok) throw new Error(String(answer.status))
  return (await answer.json()) as ApiDocument
}
