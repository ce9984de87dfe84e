/** Times as a `datetime-local` field holds them, by the browser's time zone. */

/** @param time Unix ms. @returns `2026-01-31T23:59`. */
export function toLocalInput(time: number): string {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** @returns Unix ms; undefined for an empty field or what is no time. */
export function fromLocalInput(value: string): number | undefined {
  const [, year = '', month = '', day = '', hour = '', minute = ''] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(value) ?? []
  if (year === '') return undefined
  return new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)).getTime()
}
