/** The reader's language: what they chose, else what their browser prefers, else Chinese. */
import { ref, watchEffect } from 'vue'
import { LOCALES, type Locale } from '../../core/vocabulary.ts'
import { keep, recall } from '../kept.ts'

const KEY = 'locale'

function preferred(): Locale {
  const kept = recall(KEY)
  const chosen = LOCALES.find((one) => one === kept)
  if (chosen) return chosen
  const first = navigator.languages[0] ?? navigator.language
  return first.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export const locale = ref<Locale>(preferred())

watchEffect(() => {
  document.documentElement.lang = locale.value
})

export function setLocale(next: Locale): void {
  keep(KEY, next)
  locale.value = next
}

type Params = Readonly<Record<string, string | number>>

/**
 * A typed `t()` over one table per language. `{name}` in a sentence is replaced by `params.name`.
 * Reactive: a template that uses it follows a change of language.
 */
export function translator<Table extends Readonly<Record<string, string>>>(
  tables: Readonly<Record<Locale, Table>>,
): (key: keyof Table & string, params?: Params) => string {
  return (key, params = {}) =>
    (tables[locale.value][key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in params ? String(params[name]) : whole,
    )
}
