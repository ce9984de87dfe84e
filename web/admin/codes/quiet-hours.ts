/** Times of the day as a time field writes them. */

/** @param text `07:30`. @returns minutes of the day, or undefined for anything else. */
export function findMinutes(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** @param minutes of the day, 0 to 1439. @returns `07:30`. */
export function formatMinutes(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
