import { formatYuan } from '../../../core/money.ts'
import { t } from '../texts/inbox.ts'
import { spanOf, type Fit } from './order-fit.ts'

/** How a payment fits an order, fact by fact; `off` marks what does not. */
export function fitWords(fit: Fit): { text: string; off: boolean }[] {
  const { unit, count } = spanOf(fit.ms)
  return [
    ...amountWords(fit.cents),
    { text: t(fit.place, { time: t(unit, { count }) }), off: fit.place === 'before' },
    ...(fit.otherChannel ? [{ text: t('otherChannel'), off: true }] : []),
  ]
}

function amountWords(cents: number | null): { text: string; off: boolean }[] {
  if (cents === null) return []
  if (cents === 0) return [{ text: t('sameAmount'), off: false }]
  return [
    { text: t(cents > 0 ? 'tooMuch' : 'tooLittle', { amount: formatYuan(Math.abs(cents)) }), off: true },
  ]
}
