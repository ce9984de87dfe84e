/** The form of a payee account: what is typed, what is wrong with it, and what it comes to. */
import { computed, reactive } from 'vue'
import type { AccountView } from '../../../api/contract/admin-codes.ts'
import { findYuan, formatYuan } from '../../../core/money.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { t } from '../texts/codes.ts'
import { findMinutes, formatMinutes } from './quiet-hours.ts'

interface Typed {
  channel: Channel
  name: string
  /** Yuan; empty for no cap. */
  cap: string
  isQuiet: boolean
  from: string
  to: string
  /** Empty for no link. */
  alipayUserId: string
}

const FRESH: Typed = {
  channel: 'wechat',
  name: '',
  cap: '',
  isQuiet: false,
  from: '23:00',
  to: '07:00',
  alipayUserId: '',
}

export function useAccountForm() {
  const typed = reactive<Typed>({ ...FRESH })

  /** @param account the one to change; undefined for a new one. */
  function fill(account: AccountView | undefined): void {
    Object.assign(typed, account ? typedOf(account) : FRESH)
  }

  const faults = computed(() => ({
    name: typed.name.trim() === '' ? t('accountNameNeeded') : '',
    cap: typed.cap.trim() !== '' && findYuan(typed.cap.trim()) === undefined ? t('capWrong') : '',
    quiet: typed.isQuiet ? quietFault(typed) : '',
    link: /^(2088\d{12})?$/.test(payeeOf(typed) ?? '') ? '' : t('linkWrong'),
  }))
  const isRight = computed(() => Object.values(faults.value).every((fault) => fault === ''))

  /** What addAccount and changeAccount take. Only where `isRight`. */
  function bounds() {
    const from = findMinutes(typed.from) ?? 0
    const to = findMinutes(typed.to) ?? 0
    return {
      name: typed.name.trim(),
      dailyCapCents: findYuan(typed.cap.trim()) ?? null,
      quiet: typed.isQuiet ? { from, to } : null,
      alipayUserId: payeeOf(typed),
    }
  }

  return { typed, fill, faults, isRight, bounds }
}

/** @returns null for none, and on channels that have no such links. */
function payeeOf({ channel, alipayUserId }: Typed): string | null {
  return (channel === 'alipay' && alipayUserId.replace(/\s/g, '')) || null
}

function typedOf({ channel, name, dailyCapCents, quiet, alipayUserId }: AccountView): Typed {
  return {
    channel,
    name,
    cap: dailyCapCents === null ? '' : formatYuan(dailyCapCents),
    isQuiet: quiet !== null,
    from: quiet ? formatMinutes(quiet.from) : FRESH.from,
    to: quiet ? formatMinutes(quiet.to) : FRESH.to,
    alipayUserId: alipayUserId ?? '',
  }
}

function quietFault({ from, to }: Typed): string {
  if (findMinutes(from) === undefined || findMinutes(to) === undefined) return t('quietMissing')
  return from === to ? t('quietEqual') : ''
}
