/** What the buyer fills in on the product page, and what the server says to it. */
import { computed, reactive, shallowRef, watch } from 'vue'
import { useRouter } from 'vue-router'
import type { ProductView } from '../../../api/contract/shop.ts'
import type { RefusalCode } from '../../../core/errors.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { asApiError } from '../../composables/useQuestion.ts'
import { loadOwnOrders } from '../../composables/useOwnOrders.ts'
import type { ApiError } from '../../http.ts'
import { t } from '../../locales/shop/product.ts'
import { cleanEmail, isEmail } from '../email.ts'
import { lastEmail, place } from '../place.ts'

export type Cause = 'email' | 'channel' | 'quantity' | 'order'

/** Next to which field a refusal is shown; the others belong to the order as a whole. */
const CAUSE: Partial<Record<RefusalCode | 'fault' | 'offline', Cause>> = {
  bad_email: 'email',
  channel_unavailable: 'channel',
  no_code_for_price: 'channel',
  no_free_amount: 'channel',
  out_of_stock: 'quantity',
}

/** Refusals after which the product itself has to be asked for again. */
const OUTDATED: readonly string[] = ['off_sale', 'out_of_stock', 'channel_unavailable', 'no_code_for_price']

export function useOrderForm(product: () => ProductView, outdated: () => void) {
  const router = useRouter()
  const form = reactive({
    email: lastEmail() ?? '',
    quantity: 1,
    channel: product().channels[0] as Channel | undefined,
  })
  const busy = shallowRef(false)
  const refusal = shallowRef<ApiError>()
  const emailError = shallowRef<string>()

  const cause = computed<Cause | undefined>(() => refusal.value && (CAUSE[refusal.value.code] ?? 'order'))
  const totalCents = computed(() => product().priceCents * form.quantity)

  watch(product, ({ channels, maxQuantity }) => {
    if (!form.channel || !channels.includes(form.channel)) form.channel = channels[0]
    form.quantity = Math.max(1, Math.min(form.quantity, maxQuantity))
  })
  // A refusal is about what was asked for, so it goes when the wish changes.
  watch([() => form.channel, () => form.quantity], () => (refusal.value = undefined))
  watch(
    () => form.email,
    () => {
      emailError.value = undefined
      if (cause.value === 'email') refusal.value = undefined
    },
  )

  /** @returns whether the address may be sent. */
  function checkEmail(): boolean {
    form.email = cleanEmail(form.email)
    if (form.email === '') emailError.value = t('emailNeeded')
    else emailError.value = isEmail(form.email) ? undefined : t('emailWrong')
    return emailError.value === undefined
  }

  async function submit(): Promise<void> {
    const { email, quantity, channel } = form
    if (busy.value || !channel) return
    busy.value = true
    refusal.value = undefined
    try {
      const order = await place({ productId: product().id, email, quantity, channel })
      await router.push(`/pay/${order.id}`)
    } catch (reason) {
      refusal.value = asApiError(reason)
      if (OUTDATED.includes(refusal.value.code)) outdated()
      if (refusal.value.code === 'too_many_open_orders') void loadOwnOrders().catch(() => undefined)
    } finally {
      busy.value = false
    }
  }

  return { form, busy, refusal, cause, emailError, totalCents, checkEmail, submit }
}
