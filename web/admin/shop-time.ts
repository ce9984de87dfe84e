/** Times are shown in the shop's time zone, once the settings said which that is; in the browser's until then. */
import { shopSettings } from './shop-settings.ts'

/** @param at Unix ms. @returns `2026-11-23 03:20:04` in every language: Swedish writes it so. */
export function formatTime(at: number): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: shopSettings.value?.timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at)
}
