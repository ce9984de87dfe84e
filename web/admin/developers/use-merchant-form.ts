/** The form of what a merchant may do: what is typed, what is wrong with it, and what it comes to. */
import { computed, reactive, shallowRef } from 'vue'
import type { AccountView } from '../../../api/contract/admin-codes.ts'
import type { MerchantInput, MerchantView } from '../../../api/contract/admin-merchants.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { t } from '../texts/developers.ts'
import { readHosts } from './return-hosts.ts'

interface Typed {
  name: string
  enabled: boolean
  channels: Channel[]
  accountIds: string[]
  hosts: string
  callbackMethod: 'GET' | 'POST'
  showQrcode: boolean
  perMinute: string
  /** Of V免签, where a request names none; empty for nowhere. */
  notifyUrl: string
  returnUrl: string
}

/** @param accounts undefined while they are not known */
export function useMerchantForm(accounts: () => readonly AccountView[] | undefined) {
  const typed = reactive({}) as Typed
  const kept = shallowRef<MerchantInput>()

  function fill(merchant: MerchantView): void {
    Object.assign(typed, {
      name: merchant.name,
      enabled: merchant.enabled,
      channels: [...merchant.channels],
      accountIds: [...merchant.accountIds],
      hosts: merchant.returnHosts.join('\n'),
      callbackMethod: merchant.callbackMethod,
      showQrcode: merchant.showQrcode,
      perMinute: String(merchant.ordersPerMinute),
      notifyUrl: merchant.notifyUrl,
      returnUrl: merchant.returnUrl,
    } satisfies Typed)
    kept.value = inputOf(typed)
  }

  const faults = computed(() => {
    const { wrong } = readHosts(typed.hosts)
    return {
      name: typed.name.trim() === '' ? t('nameNeeded') : '',
      accounts: isNothingLeft(typed, accounts() ?? []) ? t('accountsWrong') : '',
      hosts: wrong === undefined ? '' : t('returnHostsWrong', { host: wrong }),
      perMinute:
        /^\d{1,6}$/.test(typed.perMinute.trim()) && Number(typed.perMinute) <= 100_000
          ? ''
          : t('perMinuteWrong'),
      notifyUrl: urlFault(typed.notifyUrl),
      returnUrl: urlFault(typed.returnUrl),
    }
  })
  const isRight = computed(() => Object.values(faults.value).every((fault) => fault === ''))
  const input = computed(() => inputOf(typed))
  const isChanged = computed(() => JSON.stringify(input.value) !== JSON.stringify(kept.value))

  return { typed, fill, faults, isRight, input, isChanged }
}

function urlFault(url: string): string {
  return /^(https?:\/\/[^\s]+)?$/i.test(url.trim()) ? '' : t('urlWrong')
}

function isNothingLeft({ channels, accountIds }: Typed, accounts: readonly AccountView[]): boolean {
  const chosen = accounts.filter(({ id }) => accountIds.includes(id))
  return chosen.length > 0 && channels.length > 0 && !chosen.some(({ channel }) => channels.includes(channel))
}

function inputOf(typed: Typed): MerchantInput {
  return {
    name: typed.name.trim(),
    enabled: typed.enabled,
    channels: [...typed.channels].sort(),
    accountIds: [...typed.accountIds].sort(),
    returnHosts: [...readHosts(typed.hosts).hosts],
    callbackMethod: typed.callbackMethod,
    showQrcode: typed.showQrcode,
    ordersPerMinute: Number(typed.perMinute),
    notifyUrl: typed.notifyUrl.trim(),
    returnUrl: typed.returnUrl.trim(),
  }
}
