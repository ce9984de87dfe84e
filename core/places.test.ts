import { expect, it } from 'vitest'
import { openPlaces, type Places } from './places.ts'

const A_WHILE_MS = 50

/** @returns what ends each of the works. */
function fill(places: Places, count: number): (() => void)[] {
  return Array.from({ length: count }, () => {
    let end = (): void => undefined
    places.take(new Promise<void>((resolve) => (end = resolve)))
    return end
  })
}

it('are told at once while some are free', async () => {
  const places = openPlaces(8, 60_000)
  expect(await places.free()).toBe(8)
  fill(places, 7)
  expect(await places.free()).toBe(1)
})

it('are waited for when all are taken, until one is free', async () => {
  const places = openPlaces(3, 1)
  const [end] = fill(places, 3)
  const free = places.free()
  const early = new Promise((resolve) => setTimeout(resolve, A_WHILE_MS, 'still taken'))
  expect(await Promise.race([free, early])).toBe('still taken')
  end!()
  expect(await free).toBe(1) // the other two keep nobody waiting
})

it('that come free soon after one another are told together', async () => {
  const places = openPlaces(8, 60_000)
  const ends = fill(places, 8)
  for (const [at, end] of ends.entries()) setTimeout(end, at)
  expect(await places.free()).toBe(8) // without the rest of the wait: nobody is left to wait for
})

it('hold what is thrown until everything has ended', async () => {
  const places = openPlaces(2, 1)
  places.take(Promise.reject(new Error('first')))
  const [end] = fill(places, 1)
  expect(await places.free()).toBe(1)
  const closing = places.end().catch(({ message }: Error) => message)
  const early = new Promise((resolve) => setTimeout(resolve, A_WHILE_MS, 'still under way'))
  expect(await Promise.race([closing, early])).toBe('still under way')
  end!()
  expect(await closing).toBe('first')
})
