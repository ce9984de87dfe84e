/** The form of a rule: what is typed, what is wrong with it, and what it comes to. */
import { computed, reactive } from 'vue'
import type { RuleInput, RuleView } from '../../../api/contract/admin-rules.ts'
import type { Channel, RuleKind } from '../../../core/vocabulary.ts'
import { t } from '../texts/rules.ts'

interface TypedSample {
  title: string
  text: string
  amount: string
}

interface Typed {
  name: string
  app: string
  channel: Channel
  kind: RuleKind
  titles: string
  texts: string
  priority: string
  samples: TypedSample[]
}

const FRESH: Omit<Typed, 'samples'> = {
  name: '',
  app: 'com.tencent.mm',
  channel: 'wechat',
  kind: 'money',
  titles: '',
  texts: '',
  priority: '100',
}

export function useRuleForm() {
  const typed = reactive<Typed>({ ...FRESH, samples: [] })

  /** @param rule the one to change; undefined for a new one. */
  function fill(rule: RuleView | undefined): void {
    Object.assign(typed, rule ? typedOf(rule) : { ...FRESH, samples: [] })
  }

  const faults = computed(() => ({
    name: typed.name.trim() === '' ? t('nameNeeded') : '',
    app: /^[A-Za-z0-9_.]{1,120}$/.test(typed.app.trim()) ? '' : t('appWrong'),
    titles: titleFault(typed),
    texts: linesOf(typed.texts).length === 0 ? t('patternNeeded') : '',
    priority: /^(\d{1,3}|1000)$/.test(typed.priority.trim()) ? '' : t('priorityWrong'),
  }))
  const isRight = computed(() => Object.values(faults.value).every((fault) => fault === ''))

  /** What the server takes. Only where `isRight`. */
  function rule(): Omit<RuleInput, 'enabled'> {
    return {
      name: typed.name.trim(),
      app: typed.app.trim(),
      channel: typed.channel,
      kind: typed.kind,
      titles: linesOf(typed.titles),
      texts: linesOf(typed.texts),
      priority: Number(typed.priority),
      samples: typed.samples.map(({ amount, ...sample }) => ({ ...sample, amount: amount.trim() || null })),
    }
  }

  return { typed, fill, faults, isRight, rule }
}

/** A chat message has its sender's name for a title: any title would be anybody's money. */
function titleFault({ kind, titles }: Pick<Typed, 'kind' | 'titles'>): string {
  const lines = linesOf(titles)
  if (lines.length === 0) return t('patternNeeded')
  return kind === 'money' && lines.some((line) => /^\*+$/.test(line)) ? t('titleOpen') : ''
}

/** @returns the lines that say something, each as it was typed but for blanks at its ends. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function typedOf(rule: RuleView): Typed {
  const { name, app, channel, kind } = rule
  return {
    ...{ name, app, channel, kind },
    titles: rule.titles.join('\n'),
    texts: rule.texts.join('\n'),
    priority: String(rule.priority),
    samples: rule.samples.map((sample) => ({ ...sample, amount: sample.amount ?? '' })),
  }
}
