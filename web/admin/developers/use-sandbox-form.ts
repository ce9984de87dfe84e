/** The form of a test order: what is typed, what is wrong with it, and what it comes to. */
import { computed, reactive } from 'vue'
import type { placeTestOrder } from '../../../api/contract/admin-merchants.ts'
import type { BodyOf } from '../../../api/contract/operation.ts'
import { findYuan } from '../../../core/money.ts'
import type { Channel, Protocol } from '../../../core/vocabulary.ts'
import { t } from '../texts/callbacks.ts'

interface Typed {
  protocol: Protocol
  /** Yuan. */
  amount: string
  /** Empty: the buyer chooses. */
  channel: Channel | ''
  subject: string
  notifyUrl: string
  returnUrl: string
}

export function useSandboxForm() {
  const typed = reactive<Typed>({
    protocol: 'epay',
    amount: '1.00',
    channel: '',
    subject: '',
    notifyUrl: '',
    returnUrl: '',
  })

  const faults = computed(() => ({
    amount: findYuan(typed.amount.trim()) ? '' : t('amountWrong'),
    notifyUrl: urlFault(typed.notifyUrl),
    returnUrl: urlFault(typed.returnUrl),
  }))
  const isRight = computed(() => Object.values(faults.value).every((fault) => fault === ''))

  /** Only where `isRight`. */
  function body(): BodyOf<typeof placeTestOrder> {
    return {
      protocol: typed.protocol,
      amountCents: findYuan(typed.amount.trim()) ?? 0,
      ...(typed.channel !== '' && { channel: typed.channel }),
      subject: typed.subject.trim() || t('subjectExample'),
      notifyUrl: typed.notifyUrl.trim(),
      returnUrl: typed.returnUrl.trim(),
    }
  }

  return { typed, faults, isRight, body }
}

function urlFault(url: string): string {
  return /^(https?:\/\/[^\s]+)?$/i.test(url.trim()) ? '' : t('urlWrong')
}
