/** The seller may choose any brand colour; the page stays readable in both themes. */

type Rgb = readonly [number, number, number]

const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]

/** The surface and what colours are mixed towards on it; the surfaces are those of styles/base.css. */
const THEMES = {
  light: { surface: [255, 255, 255] as Rgb, towards: BLACK },
  dark: { surface: [24, 28, 31] as Rgb, towards: WHITE },
} as const

/** WCAG 2.2: text, and the outline of a button. */
const TEXT_CONTRAST = 4.5
const FILL_CONTRAST = 3

/** @param brand `#rrggbb`; anything else gives no variables, and the style sheet's own colour stays. */
export function brandVariables(brand: string): Readonly<Record<string, string>> {
  const [, ...parts] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(brand) ?? []
  if (parts.length < 3) return {}
  const colour = parts.map((part) => parseInt(part, 16)) as unknown as Rgb
  const variables: Record<string, string> = {}
  for (const [name, { surface, towards }] of Object.entries(THEMES)) {
    const fill = standOut(colour, surface, towards, FILL_CONTRAST)
    variables[`--brand-fill-${name}`] = print(fill)
    variables[`--on-brand-${name}`] = contrast(fill, WHITE) >= TEXT_CONTRAST ? '#fff' : print(inkOn(fill))
    variables[`--brand-text-${name}`] = print(standOut(colour, surface, towards, TEXT_CONTRAST))
  }
  return variables
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function standOut(colour: Rgb, surface: Rgb, towards: Rgb, wanted: number): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, i) =>
      Math.round(part + ((towards[i] ?? 0) - part) * share),
    ) as unknown as Rgb
    if (contrast(mixed, surface) >= wanted) return mixed
  }
  return towards
}

function inkOn(fill: Rgb): Rgb {
  return contrast(fill, BLACK) > contrast(fill, WHITE) ? BLACK : WHITE
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function print(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
