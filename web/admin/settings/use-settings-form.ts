import { computed, reactive, shallowRef } from 'vue'
import type { SettingsInput, SettingsView } from '../../../api/contract/admin-system.ts'
import { t } from '../texts/settings.ts'
import { printLimits, readLimits } from './order-limits.ts'
import type { OrderLimits } from './order-limits.ts'

/** Least and most of each setting that is a number: seconds, `slotDepth` cents, `callbackKeptDays` days. */
export const NUMBERS = {
  orderTtlS: [30, 3600],
  lateAcceptS: [0, 86_400],
  slotHoldS: [0, 86_400],
  slotCoolS: [0, 86_400],
  slotRestS: [0, 86_400],
  slotDepth: [0, 100],
  callbackKeptDays: [7, 3650],
} as const
export type NumberName = keyof typeof NUMBERS
export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[]

const LIMITS: Record<keyof OrderLimits, readonly [number, number]> = {
  perAddress: [0, 999_999],
  perSeconds: [1, 999_999],
  openOrders: [0, 9999],
}

type Words = Pick<
  SettingsView,
  'shopName' | 'shopNotice' | 'contact' | 'brandColor' | 'publicUrl' | 'timeZone' | 'channels'
>
export type TypedSettings = Words & Record<NumberName, string> & { limits: OrderLimits }
export type Faults = Partial<Record<keyof Words | NumberName | keyof OrderLimits, string>>

function typedOf(view: SettingsView): TypedSettings {
  const { shopName, shopNotice, contact, brandColor, publicUrl, timeZone, channels, orderLimits } = view
  const numbers = Object.fromEntries(NUMBER_NAMES.map((name) => [name, String(view[name])]))
  return {
    ...{ shopName, shopNotice, contact, brandColor, publicUrl, timeZone },
    ...(numbers as Record<NumberName, string>),
    channels: [...channels],
    limits: readLimits(orderLimits),
  }
}

function inputOf(typed: TypedSettings): Required<SettingsInput> {
  const { limits, ...same } = typed
  const numbers = Object.fromEntries(NUMBER_NAMES.map((name) => [name, Number(typed[name])]))
  return { ...same, ...(numbers as Record<NumberName, number>), orderLimits: printLimits(limits) }
}

function numberFault(text: string, [least, most]: readonly [number, number]): string {
  const value = Number(text)
  return /^\d{1,6}$/.test(text.trim()) && value >= least && value <= most
    ? ''
    : t('numberWrong', { least, most })
}

function wordFaults(typed: TypedSettings): Faults {
  const long = (text: string, most: number) => (text.length > most ? t('tooLong', { most }) : '')
  return {
    shopName: typed.shopName.trim() === '' ? t('needed') : long(typed.shopName, 60),
    shopNotice: long(typed.shopNotice, 500),
    contact: long(typed.contact, 200),
    brandColor: /^#[0-9a-fA-F]{6}$/.test(typed.brandColor) ? '' : t('colorWrong'),
    publicUrl: /^(https?:\/\/[^\s/?#@]+)?$/.test(typed.publicUrl) ? '' : t('urlWrong'),
    channels: typed.channels.length === 0 ? t('channelNeeded') : '',
  }
}

/** The settings as they are typed, what is wrong with them, and what changed. */
export function useSettingsForm() {
  const typed = reactive({}) as TypedSettings
  const kept = shallowRef<SettingsView>()

  function fill(view: SettingsView): void {
    kept.value = view
    Object.assign(typed, typedOf(view))
  }

  const faults = computed<Faults>(() => {
    if (!kept.value) return {}
    const all: Faults = wordFaults(typed)
    for (const name of NUMBER_NAMES) all[name] = numberFault(typed[name], NUMBERS[name])
    for (const name of Object.keys(LIMITS) as (keyof OrderLimits)[])
      all[name] = numberFault(typed.limits[name], LIMITS[name])
    return all
  })

  /** Only what differs from what the server has. */
  const change = computed<SettingsInput>(() => {
    const before = kept.value
    if (!before) return {}
    const same = inputOf(typedOf(before))
    const next = Object.entries(inputOf(typed)).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(same[name as keyof SettingsInput]),
    )
    return Object.fromEntries(next)
  })

  const right = computed(() => !Object.values(faults.value).some(Boolean))
  const changed = computed(() => Object.keys(change.value).length > 0)
  return { typed, faults, fill, change, changed, right }
}
