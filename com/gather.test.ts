import { expect, it } from 'vitest'
import { gather } from './gather.ts'

/** Answers each key in capitals but for `?`, which it does not know. */
function capitals(asked: string[][], most = 10) {
  return gather<string, string>(async (keys) => {
    asked.push([...keys])
    return new Map(keys.filter((key) => key !== '?').map((key) => [key, key.toUpperCase()]))
  }, most)
}

it('asks once for everything that is asked for at one moment, and once for what is asked for twice', async () => {
  const asked: string[][] = []
  const ask = capitals(asked)
  expect(await Promise.all([ask('a'), ask('b'), ask('a'), ask('?')])).toEqual(['A', 'B', 'A', undefined])
  expect(asked).toEqual([['a', 'b', '?']])
})

it('never answers with what was asked before', async () => {
  const asked: string[][] = []
  const ask = capitals(asked)
  await ask('a')
  await ask('a')
  expect(asked).toEqual([['a'], ['a']])
})

it('asks again for whoever comes while an answer is under way', async () => {
  const asked: string[][] = []
  let answer: () => void = () => undefined
  const slow = gather<string, number>(async (keys) => {
    asked.push([...keys])
    const turn = asked.length
    if (turn === 1) await new Promise<void>((resolve) => (answer = resolve))
    return new Map([['a', turn]])
  }, 10)
  const first = slow('a')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await slow('a')).toBe(2)
  answer()
  expect(await first).toBe(1)
})

it('asks for no more at once than it may', async () => {
  const asked: string[][] = []
  const ask = capitals(asked, 2)
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask))
  expect(asked).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

it('fails for all who asked, and only for them', async () => {
  let fails = true
  const ask = gather<string, string>(async (keys) => {
    if (fails) throw new Error('away')
    return new Map(keys.map((key) => [key, key]))
  }, 10)
  const outcomes = await Promise.allSettled([ask('a'), ask('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(await ask('a')).toBe('a')
})
