import { beforeEach, describe, expect, it, vi } from 'vitest'
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

describe('while two questions are under way', () => {
  let asked: string[][]
  let ends: ((error?: Error) => void)[]
  let ask: (key: string) => Promise<string | undefined>
  const comes = () => new Promise((resolve) => setTimeout(resolve, 20))
  beforeEach(async () => {
    asked = []
    ends = []
    ask = gather<string, string>(async (keys) => {
      asked.push([...keys])
      await new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
      return new Map(keys.map((key) => [key, key]))
    }, 3)
    for (const key of ['a', 'b']) {
      void ask(key).catch(() => undefined)
      await comes()
    }
  })

  it.each([
    ['answered', undefined],
    ['refused', new Error('away')],
  ])('those who come are the next one, once one of them is %s', async (_, error) => {
    const answers = [ask('c')]
    await comes()
    answers.push(ask('d'))
    await comes()
    expect(asked).toEqual([['a'], ['b']])
    ends[0]?.(error)
    await comes()
    expect(asked).toEqual([['a'], ['b'], ['c', 'd']])
    ends[2]?.()
    expect(await Promise.all(answers)).toEqual(['c', 'd'])
  })

  it('those who come wait for neither when both take long', async () => {
    const answer = ask('c')
    await comes()
    expect(asked).toHaveLength(2)
    await vi.waitFor(() => expect(asked).toEqual([['a'], ['b'], ['c']]))
    ends[2]?.()
    expect(await answer).toBe('c')
  })

  it('as many as one may have wait for neither', async () => {
    for (const key of ['c', 'd', 'e', 'f']) void ask(key)
    await comes()
    expect(asked).toEqual([['a'], ['b'], ['c', 'd', 'e']])
    ends[1]?.()
    await comes()
    expect(asked).toHaveLength(3) // two are under way still
    ends[0]?.()
    await comes()
    expect(asked.at(-1)).toEqual(['f'])
  })
})
