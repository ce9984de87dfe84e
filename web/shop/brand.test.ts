import { describe, expect, it } from 'vitest'
import { brandVariables, contrast } from './brand.ts'

function read(colour: string | undefined) {
  const long = colour === '#fff' ? '#ffffff' : (colour ?? '')
  return [1, 3, 5].map((at) => parseInt(long.slice(at, at + 2), 16)) as unknown as [number, number, number]
}

describe('brandVariables', () => {
  it.each(['#0f766e', '#ffffff', '#000000', '#ffe600', '#1677ff', '#7f7f7f'])(
    'keeps %s readable',
    (brand) => {
      const variables = brandVariables(brand)
      for (const [theme, surface] of Object.entries({ light: '#ffffff', dark: '#181c1f' })) {
        const fill = read(variables[`--brand-fill-${theme}`])
        expect(contrast(fill, read(surface))).toBeGreaterThanOrEqual(3)
        expect(contrast(fill, read(variables[`--on-brand-${theme}`]))).toBeGreaterThanOrEqual(4.5)
        expect(contrast(read(variables[`--brand-text-${theme}`]), read(surface))).toBeGreaterThanOrEqual(4.5)
      }
    },
  )

  it('leaves a colour alone that is readable as it is', () => {
    expect(brandVariables('#0f766e')['--brand-fill-light']).toBe('#0f766e')
  })

  it('gives nothing for what is no colour', () => {
    expect(brandVariables('red')).toEqual({})
    expect(brandVariables('#fff;background:url(x)')).toEqual({})
  })
})
