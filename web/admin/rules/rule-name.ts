import type { RuleView } from '../../../api/contract/admin-rules.ts'
import { locale } from '../../locales/locale.ts'
import { ENGLISH_NAMES } from './english-names.ts'

/** What the reader knows a rule by: its name, in English where the program brought it and nobody renamed it. */
export function ruleName({ name, builtIn }: Pick<RuleView, 'name' | 'builtIn'>): string {
  return locale.value === 'en' && builtIn ? (ENGLISH_NAMES[name] ?? name) : name
}
