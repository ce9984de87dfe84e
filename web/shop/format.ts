/** Facts as the reader writes them. */
import { locale } from '../locales/locale.ts'

/** @param time Unix ms. @returns month, day, hour and minute by the browser's time zone. */
export function dayAndTime(time: number): string {
  return new Intl.DateTimeFormat(locale.value, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(time)
}

/** @param time Unix ms. @returns `23:59` by the browser's time zone. */
export function timeOfDay(time: number): string {
  return new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', hour12: false }).format(
    time,
  )
}

/** @returns where a contact leads when it is a web or e-mail address. */
export function contactHref(contact: string): string | undefined {
  if (/^https?:\/\/\S+$/i.test(contact)) return contact
  return /^[^\s@:]+@[^\s@:]+\.[a-z]+$/i.test(contact) ? `mailto:${contact}` : undefined
}
