/** Times are shown in the shop's time zone, once the settings said which that is. */
import { ref } from 'vue'
import { showSettings } from '../../api/contract/admin-system.ts'
import { locale } from '../locales/locale.ts'
import { adminCall } from './session.ts'

/** IANA name; undefined is the browser's own. */
export const timeZone = ref<string>()

/** @throws ApiError */
export async function loadTimeZone(): Promise<void> {
  timeZone.value = (await adminCall(showSettings)).settings.timeZone
}

/** @param at Unix ms */
export function formatTime(at: number): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: timeZone.value,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at)
}
